# Victim records that were shown
record-title = Victim records shown to you
record-title-one = Victim record shown to you
record-about = What was done to victims, shown to your organisation alone by consent of the providers. Do not pass it on or quote it.
record-about-one = Shown to your organisation alone, by the provider's consent. Do not pass it on or quote it. If the provider stops showing it, you can no longer read it.
record-none = No victim record is shown to you
record-none-do = Records appear here when a provider consents to have them shown to you.
record-shown = Shown
record-new = not acknowledged
record-noted = acknowledged
record-read = Read
record-harm = What was done to the victim
record-noticed = Noticed
record-contact = Contact
record-items = Items derived from the same report
record-acknowledge = Acknowledge
record-acknowledge-about = The provider is told when you did.
record-acknowledged = Acknowledged.
