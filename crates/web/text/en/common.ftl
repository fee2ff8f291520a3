# The frame: words of every page
common-product = Kaname
common-skip = Skip to content
common-menu = Menu
common-nav = Sections
common-nav-now = Now
common-nav-group-sharing = Sharing
common-nav-submissions = My reports
common-nav-triage = Triage
common-nav-desk = Release desk
common-nav-records = Victim records
common-nav-library = Library
common-nav-group-managing = Administration
common-nav-directory = Directory
common-nav-requests = Cooperation
common-nav-ledger = Ledger and audit
common-nav-policy = Who may do what
common-nav-group-own = Yours
common-nav-account = Account
common-waiting = waiting:{" "}
common-search = Search what was released
common-language = Language
common-look = Display
common-theme = Colours
common-theme-auto = As device
common-theme-light = Light
common-theme-dark = Dark
common-sign-in = Sign in
common-sign-out = Sign out
common-other-role = Sign out and enter as another role
common-on-behalf = on behalf of { $party }
common-exercise-mark = 【訓練 EXERCISE】
common-keys = Keyboard
common-keys-hint = Not while you type.
common-key-search = Go to search
common-key-rows = Next row, previous row
common-key-open = Open the row
common-key-act = Do what the row asks for
common-key-home = Go to Now
common-key-help = Open or close this list

# Times and deadlines
common-minutes = { $n } min
common-hours = { $n } h
common-hours-minutes = { $h } h { $m } min
common-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
common-days-hours = { $d ->
    [one] { $d } day
   *[other] { $d } days
} { $h } h
common-ago = { $length } ago
common-left = { $length } left
common-overdue = { $length } overdue

# Parts
common-tlp-clear = May be made public.
common-tlp-green = May be shared among members, not made public.
common-tlp-amber = For the named organisations and, through them, their own members.
common-tlp-amber-strict = For the named organisations only.
common-tlp-red = For the named persons only.
common-pap-clear = No limit on use.
common-pap-green = May be used within your own network, for blocking too.
common-pap-amber = Only for checks that the attacker can't notice.
common-pap-red = Only on systems cut off from the outside.
common-steps = Progress
common-step-done = {" "}(done)
common-check-fine = fine:{" "}
common-check-look = needs a look:{" "}
common-check-open = not checked yet:{" "}
common-copy = Copy { $value }
common-copy-verb = {" "}(copy)
common-copied = Copied
common-piece-gone = removed:{" "}
common-piece-new = added:{" "}
common-optional = optional
common-field-error = error:{" "}
common-faults = { $n ->
    [one] One thing has to be put right. What you typed is still there.
   *[other] { $n } things have to be put right. What you typed is still there.
}
common-fault = { $field }: { $said }
common-percent = { $n }%
common-pager = Pages
common-pager-shown = { $shown } of { $count } shown
common-pager-uncounted = { $shown } shown (with this filter the whole is not counted)
common-pager-previous = Previous
common-pager-next = Next
common-fresh = { $n ->
    [one] Show { $n } new entry
   *[other] Show { $n } new entries
}

# Errors: what happened, what to do
common-api = API
common-error-home = Back to Now
common-error-front = To the first page
common-error-at = Where
common-error-why = What
common-error-number = Reference
common-error-limit = At most { $limit } KiB can be sent at once.
common-error-expected = Accepted: { $expected }
common-error-not-found = There is no such page
common-error-not-found-do = The address is wrong, or nothing here is visible to you.
common-error-sign-in = Please sign in
common-error-sign-in-do = Sign in, or send a valid API key.
common-error-refused = This can't be done now
common-error-again = Please confirm who you are
common-error-again-do = This needs your second factor once more.
common-error-forbidden = You can't do this
common-error-forged = This form can't be accepted
common-error-forged-do = It was opened too long ago or sent from another site. Open the page again and resend. Nothing has changed.
common-error-no-token = The token of the session is missing
common-error-no-token-do = Whoever changes something with a person's session sends X-CSRF-Token with it; GET /api/v1/session gives its value. Nothing has changed.
common-error-bad-request = The request can't be read
common-error-bad-request-do = It was cut off or is not valid HTTP. Please send it again.
common-error-malformed = What was sent can't be read
common-error-malformed-do = Correct the place shown below and send again. Nothing was accepted.
common-error-invalid = Something needs correcting
common-error-invalid-do = Correct the places shown below and send again. Nothing was accepted.
common-error-too-large = Too large to accept
common-error-too-large-do = Send it in parts or with fewer attachments. Nothing was accepted.
common-error-media = This format is not accepted
common-error-media-do = Change the format and send again.
common-error-not-acceptable = The requested format is not available
common-error-not-acceptable-do = Check the Accept header.
common-error-method = This address is used differently
common-error-method-do = It does not take this HTTP method.
common-error-conflict = Someone else changed it first
common-error-conflict-do = Open the page again, look at what it says now, and repeat what you wanted to do.
common-error-answer-gone = This was carried out before
common-error-answer-gone-do = Under this Idempotency-Key the request was carried out, and it was not carried out again. What was answered is not kept any more, because something was redacted since: look what stands there.
common-error-too-many = Too many attempts
common-error-too-many-do = Please wait a while before trying again.
common-error-busy = The service is busy
common-error-busy-do = Please try again in a few seconds. What you sent may have been stored: look before you send it again (over the API, the same Idempotency-Key does it once).
common-error-away = The store cannot be used at the moment
common-error-away-do = Nothing was stored. Please try again in a few seconds; if it goes on, tell the operators.
common-error-uncertain-do = The connection was lost while this was being stored. Please look whether it is there before you send it again.
common-error-internal = Something broke on our side
common-error-internal-do = Please try again. If it happens again, give the reference below to the operators.
common-changed = This has changed. Show how it stands now
common-parties-by-name = Organisations by name
common-parties-by-name-hint = Choose by name. The names of those chosen are shown to the provider.
