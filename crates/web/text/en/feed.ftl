feed-tlp = Marking: { $tlp } (the strictest in this file). Pass it on only as far as that allows.
feed-empty = There is nothing in this file at present.
feed-may-block = Every value here may be blocked: PAP:CLEAR or PAP:GREEN, valid, and not suspended as a false positive.
feed-first-end = Values leave this file when their validity ends, the first at { $at }. Fetch it again at least once a day.
feed-no-end = No end of validity is set. Fetch it again at least once a day: values may be withdrawn.
feed-watch = Rules to detect by: they alert and stop nothing. What they hold is not always allowed to be blocked.
feed-look-up = Values to look for. Block only those with "yes" in the column "blocking".
feed-widely-used = { $n } of the values are widely used; blocking them may hit people who have nothing to do with it.
feed-left-aged = { $n } left out that nobody has seen for too long (add ?aged=include to the address to have them).
feed-left-ended = { $n } left out whose validity ended (items of the last 30 days, and objects of peers).
feed-with-aged = Also holds what nobody has seen for too long (?aged=include).
feed-for-own = For use within the organisation that fetched it (?for=own).
feed-for-clients = What may be handed on to the organisation's clients (?for=clients).
feed-for-community = What may be handed on to the organisation's community (?for=community).
feed-for-public = What may be handed on to anyone (?for=public).
feed-left-restricted = Left out since they may not be handed on so far: { $n }
feed-left-broken = Rules by others that are left out since they cannot be read as rules of this form: { $n }
