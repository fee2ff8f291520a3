# Now
now-title = What waits for you
now-none = Nothing is waiting
now-none-do = What needs you appears here, soonest deadline first.
now-library = Look at the library
now-triage = Open triage
now-out = Look at what is released
now-submit = Submit a report
now-own-party = Check what is registered of your organisation
now-ledger = Open the ledger
now-directory = Open the directory
now-consent = Waiting for your answer
now-consent-about = You are asked whether this text may be shared
now-consent-verb = Look at it
now-answer-due = answer due
now-question = A question from the analyst
now-question-verb = Answer
now-release = Waiting for release
now-suspended = Suspended blocking exports, waiting for a decision
now-reviews = To be looked at again (ageing, or nearly at their end)
now-items = Items to be worked on
now-assessments = Assessments to review
now-assessments-look = Review
now-assessments-own = Assessments you wrote
now-assessments-go-on = Go on
now-proposals = Proposed campaigns
now-proposals-n = { $n ->
    [one] { $n } group of reports that look like one attack
   *[other] { $n } groups of reports that look like one attack
}
now-proposals-about = Look at the evidence, then take them together or set them aside
now-proposals-look = Look at the evidence
now-reports = Reports that wait for analysis
now-reports-about = { $rows } rows, { $n } reports (those alike stand together)
now-requests = Requests for cooperation
now-request-verb = Answer
now-overdue = Requests that were not answered in time
now-overdue-by = { $party } has not answered
now-overdue-verb = Decide what to do
now-breaches = Breach entries your organisation was told of
now-breach-verb = Read it and state your side
now-duties = Duties not yet accepted
now-owed = { $n ->
    [one] One duty is not accepted yet: { $first }. The organisation's steward accepts it.
   *[other] { $n } duties are not accepted yet, { $first } among them. The organisation's steward accepts them.
}
now-steward-does = The steward of your organisation does this
now-fresh = Newly released
now-became = What became of your reports
now-became-seen = seen by { $n } organisations
now-became-not-seen = not seen by { $n }
now-became-false-positive = called a false positive by { $n }
now-read = Read
now-showing = May what was done to you be shown?
now-showing-of = You are asked to have the harm in report { $receipt } shown to others
now-records = Victim records newly shown to you
now-abandoned = Reports whose item nobody goes on writing
now-clock-behind = The server's clock is before the newest record of the ledger
now-clock-behind-do = Check how the server keeps time, and set its clock. Until then nothing lapses; times and deadlines that are recorded meanwhile may be wrong.
now-clock-ahead = The server's clock went far ahead, or is three days or more after the newest record of the ledger
now-clock-ahead-do = Check how the server keeps time. If nothing was recorded for a while, all is well. Nothing lapses for five minutes; then deadlines pass by this clock.
