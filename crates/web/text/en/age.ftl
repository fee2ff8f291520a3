# Freshness
age-title = Freshness
age-about = It falls as time passes since it was seen last. Values below the threshold are left out of what machines are given.
age-seen = Seen last
age-score = Freshness
age-fades = Below the threshold
age-low = below threshold
age-values = { $n ->
    [one] 1 value
   *[other] { $n } values
}
age-model = base { $base }, threshold { $threshold }, lifetime { $days } days, speed { $speed }
age-steady = The other { $n } (such as vulnerabilities) do not age.
age-by-released = when it was released
age-by-confirmed = when an officer of the centre confirmed that it still holds
age-by-own = when your organisation saw it
age-by-answer = when an organisation saw it that agreed to be named
age-by-sighting = by a sighting (STIX)
age-by-stated = when its originator last changed it
age-partly = Partly old
age-wholly = Old
age-score-of = Freshness { $n }
age-value-low = Freshness { $n } (old: left out of what machines are given)
age-filter = Freshness
age-filter-aged = With old values
age-filter-fresh = Without old values
