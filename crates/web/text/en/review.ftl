# Looking again
review-title = To be looked at again
review-about = What is out and ages, nears its end, or is kept out of block lists by false positives. An analyst or a releasing officer confirms that it still holds, or lets it end; only a releasing officer withdraws it. Left alone, values that have aged drop out of the lists that machines read, and it ends when its time comes.
review-count = { $n ->
    [one] 1 item
   *[other] { $n } items
}
review-none = Nothing waits to be looked at again
review-none-about = Items stand here before their values age, before their validity ends, and when false positives add up.
review-to-desk = What is out
review-to-library = Items with old values
review-look = Look at it again
review-due-ends = until it ends
review-due-fades = until its values fade
review-due-since = waits since
review-aged = { $kind }: { $n } below the threshold since { $at }
review-fades = { $kind }: { $n } below the threshold from { $at } on
review-ends = Valid until { $at }
review-due = Waits to be looked at again
review-due-about = Its values age, or its validity ends soon. Confirm that it still holds, if it does.
review-left = It is let end by itself
review-confirmed = Confirmed to hold still
review-confirmed-at = { $at }: { $reason }
review-confirm = Confirm that it still holds
review-confirm-why = By what you know that (its freshness begins anew; its validity stays what its provider consented to)
review-own-confirm-why = By what it was confirmed (its values are fresh again; its end stays as it was approved)
review-let-end = Let it end
review-let-end-why = Why (old values are left out of what machines are given, and it ends when its validity does)
review-was-confirmed = Noted that it still holds.
review-was-left = Noted that it is let end.
