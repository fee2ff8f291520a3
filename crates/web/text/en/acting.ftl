# Acting for others
acting-title = Acting for others
acting-about = You act with the powers given to your party. Every act says on whose behalf it was.
acting-begin = Act for { $party }
acting-end = Back to your own party
acting-begun = You now act on its behalf.
acting-ended = You act for your own party again.
