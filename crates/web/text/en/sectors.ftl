# Critical-infrastructure sectors and their ministries
sectors-title = Critical-infrastructure sectors and competent ministries
sectors-about = Sectors, competent ministries and names change by law and plan. Choose a day and see what held on it.
sectors-on = As of
sectors-since = Compared with
sectors-show = Show
sectors-days = Days of interest:
sectors-today = today
sectors-as-of = Sectors as of { $day }
sectors-count = { $n ->
    [one] { $n } sector
   *[other] { $n } sectors
}
sectors-none = No sectors are on record for this day.
sectors-sector = Sector
sectors-ministries = Competent ministries
sectors-shared = in part: { $names }
sectors-and = {", "}
sectors-valid = In force
sectors-source = Source
sectors-unconfirmed = primary text not seen
sectors-note = Note
sectors-changes = Changes from { $from } to { $to }
sectors-no-change = Nothing changed between these days.
sectors-from = From
sectors-what = Kind
sectors-change = Change
sectors-subject-sector = Sector
sectors-subject-body = Public body
sectors-subject-class = Member class
sectors-subject-duty = Duty
sectors-subject-text = Text of a duty
sectors-begins = “{ $name }” added
sectors-ends = “{ $name }” ended
sectors-changed = “{ $name }” changed
sectors-renamed = “{ $before }” became “{ $after }”
sectors-wrong = The day can't be read
sectors-wrong-do = Write it as year-month-day, such as 2018-08-01. What could be read is shown.
