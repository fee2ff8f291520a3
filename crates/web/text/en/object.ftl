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

# Sightings
object-sightings = Sightings over time
object-seen-said =
    { $n ->
        [one] Seen { $n } time
       *[other] Seen { $n } times
    }
object-seen-answered =
    { $parties ->
        [one] { $parties } organisation
       *[other] { $parties } organisations
    } answered to have seen it, { $times } times in all. Only answers whose organisation may be named stand in the chart with their time.
object-seen-chart = Sightings week by week. The table below says the same.
object-seen-unit = a week
object-seen-week = Week of { $week }: { $n }
object-seen-older = { $n } before that
object-seen-cut = There are so many sightings that only 2,000 were counted.
object-seen-table = See as a table
object-seen-from = Week from
object-seen-stix = Sightings (STIX)
object-seen-answers = Members' answers

# What happened, and when
object-timeline = Timeline
object-time-count = { $n }
object-time-chart = What happened, and when. The table below says the same.
object-time-table = See as a table
object-time-now = now
object-time-from = When, or from
object-time-to = To
object-time-what = What
object-time-active = Active
object-time-seen = Sighting
object-time-report = Report
object-time-campaign = Campaign
object-time-indicator = Indicator
object-time-item = Item released
object-time-version = Version
object-time-times =
    { $n ->
        [one] Seen { $n } time
       *[other] Seen { $n } times
    }

# Where it was sent, for officers
object-sent = Where it was sent
object-sent-peers = TAXII peers
object-sent-deliveries = Deliveries
object-sent-has =
    { $n ->
        [one] { $n } organisation has it
       *[other] { $n } organisations have it
    }
object-sent-has-not =
    { $n ->
        [one] { $n } organisation does not have it yet
       *[other] { $n } organisations do not have it yet
    }
object-sent-sent = sent
object-sent-waits = goes with the next turn
object-sent-not-agreed = not agreed upon
object-sent-not-readable = that party may not see it
