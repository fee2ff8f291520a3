mail-subject = [{ $hub }] { $tlp } { $title } ({ $number })
mail-subject-neutral = [{ $hub }] { $tlp } New information ({ $number })
mail-subject-digest = [{ $hub }] New on { $day } ({ $n ->
    [one] { $n } item
   *[other] { $n } items
})
mail-to = To { $party }
mail-opening = The following was released.
mail-opening-neutral = New information was released. Because of its marking ({ $tlp }) this mail does not say what it is. Please sign in to read it.
mail-opening-digest = Released since the last notice: { $n ->
    [one] { $n } item
   *[other] { $n } items
}.
mail-neutral-line = Because of its marking, the content is not in this mail.
mail-marking = Marking: { $tlp } / { $pap }
mail-valid-until = Valid until: { $at }
mail-summary = Summary
mail-measures = What to do
mail-values = Values to look for (written so that nobody can click them)
mail-more-values = { $n ->
    [one] { $n } more is on the page.
   *[other] { $n } more are on the page.
}
mail-link = Details, acknowledgement, sightings and false positives:
mail-closing = This mail was sent by the system of { $hub }. Opening it or its links acknowledges nothing. Your steward can change on the portal how you are told.
mail-subject-found = [{ $hub }] A saved search found something new
mail-opening-found = A search that you saved has found something new since you were told last. This mail does not say what; sign in to read it.
mail-opening-found-sealed = The saved search “{ $name }” has found something new: { $items } items, { $objects } objects.
mail-opening-found-officer = The saved search “{ $name }” has found something new: { $items } items, { $objects } objects, { $reports } reports, { $assessments } assessments, { $campaigns } campaigns.
mail-found-query = Search: { $query }
mail-found-heading = Saved searches
mail-subject-withdrawn = [{ $hub }] Withdrawn: { $number }
mail-opening-withdrawn = The following item, of which you were told before, has been withdrawn.
mail-withdrawn-do = Undo what you block, detect or have passed on because of it. The page says why.
mail-subject-replaced = [{ $hub }] Replaced: { $number }
mail-opening-replaced = The following item, of which you were told before, has been replaced by a newer one.
mail-replaced-do = Look again at what you block, detect or have passed on because of it. The page names the newer item, where it is shared with you.
