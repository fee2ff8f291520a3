# Lists of widely used values.
warninglist-title = Widely used values
warninglist-about = Public name servers, content networks, popular sites: values that say little of an attack when they are met. They are not hidden, only marked, and block lists say which of them they hold.
warninglist-value = Value
warninglist-do = See whether it is listed
warninglist-unread = Reads as no address, network, name, URL, mail address or hash.
warninglist-clear = { $value } is in no list
warninglist-found = { $value } is in { $n ->
    [one] one list
   *[other] { $n } lists
}
warninglist-lists = Lists
warninglist-name = Name
warninglist-kind = Compared by
warninglist-entries = Entries
warninglist-version = Version
warninglist-loaded = Brought
warninglist-none = There are no lists yet
warninglist-none-about = An administrator brings them: kaname warninglist load.
warninglist-warned = Widely used ({ $lists })
warninglist-warned-more = Widely used ({ $lists }, and { $n } more)
warninglist-all = Show all { $n } lists
