# One threat object
object-said = What it says
object-yes = Yes
object-no = No
object-more = { $n } more
object-pattern = What it finds
object-references = External references
object-author = Author
object-markings = Markings
object-revoked = Its author took this object back. Do not use it.
object-property = Property
object-json-open = Open the JSON as it is served

# Who sees it
object-seen = Who sees it and why
object-seen-own = Your way of meeting the conditions of its audience:
object-seen-ask = Ask about somebody else

# Versions
object-versions = Versions and differences
object-version-here = shown here
object-compare = Compare
object-compare-from = From
object-compare-to = To
object-compare-of = { $at } ({ $whose })
object-compare-title = From the version of { $from } to that of { $to }
object-compare-counts = { $came } added, { $went } removed, { $changed } changed
object-compare-same = These two versions do not differ.
object-compare-before = Before
object-compare-after = After
object-compare-changed = Change
object-compare-none = none
object-compare-more = { $n } more differences. kaname stix diff shows all.

# Relations
object-relations = Relations
object-relations-all = { $n }
object-relations-drawn = { $drawn } shown, { $left } more
object-relations-near = Direct relations
object-relations-far = Two steps
object-relations-list = List of all
object-relations-table = See as a table
object-relations-kinds = Kinds of relations
object-relations-of = Relations of { $title }
object-relations-cut = There are so many that only the first 10,000 were looked at.
object-side-out = From this object:
object-side-in = To this object:
object-through = Through
object-graph = A drawing of the relations. The table below says the same.
object-graph-keys = Choose with the arrow keys, open with Enter. + and − change the size, 0 shows all.
object-graph-whole = Show all
object-graph-nearer = Larger
object-graph-farther = Smaller
