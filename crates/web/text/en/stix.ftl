# Looking at STIX and patterns.
stix-title = Check STIX
stix-about = Paste a STIX 2.1 document or a STIX pattern to see what breaks the standard and where, what each object says, and what a pattern means. Nothing of it is kept.
stix-text = Document or pattern
stix-text-hint = A bundle, a TAXII envelope, a list of objects, one object, or a pattern that begins with [.
stix-file = File
stix-level = Check for
stix-strict = every MUST of the standard
stix-wire = what this hub takes in
stix-do = Check
stix-nothing = There is neither text nor file. Paste something or choose a file.
stix-unread = Can't be read as STIX: { $why }
stix-no-pattern = Can't be read as a pattern: { $why }
stix-fine = { $n ->
    [one] The object holds to it
   *[other] All { $n } objects hold to it
}
stix-refused = { $refused } of { $n } objects do not hold to it
stix-counts = { $must } break a MUST, { $should } go against a SHOULD.{" "}
stix-absent = { $n } ids that are referred to are not in the document, which the standard allows.
stix-more = { $n } more are not shown.
stix-findings = Findings
stix-objects = Objects
stix-weight = Weight
stix-rule = Rule
stix-place = Where
stix-object = Object
stix-kind = Type
stix-says = What it says
stix-outcome = Outcome
stix-must = breaks a MUST
stix-should = against a SHOULD
stix-yes = holds
stix-no = does not hold
stix-right-id = The id that follows from its content:
stix-old = Written in STIX 2.0; kaname stix upgrade makes it 2.1.
stix-pattern = Reads as a STIX pattern
stix-means = Meaning
stix-canonical = Canonical form
stix-again = Check again
