# The matrix of attack techniques
matrix-title = Matrix of attack techniques
matrix-about = Which attack techniques are used, and how often, by the relationships and items that you may see, tactic by tactic of ATT&CK.
matrix-said =
    { $n ->
        [one] { $n } technique.
       *[other] { $n } techniques.
    } Numbers count relationships that say "uses" together with items that name the technique.
matrix-cut = There are so many that only the newest 10,000 were looked at.
matrix-by = Group, campaign or malware
matrix-by-none = Nothing of that name is found.
matrix-sector = Sector attacked
matrix-since = Added
matrix-since-year = Last 365 days
matrix-show = Show
matrix-used = Techniques in use
matrix-all = All techniques
matrix-chain = Kill chain
matrix-no-tactic = No tactic given
matrix-says =
    { $uses ->
        [one] { $uses } relationship
       *[other] { $uses } relationships
    }, { $items ->
        [one] { $items } item
       *[other] { $items } items
    }
matrix-below =
    { $n ->
        [one] { $n } sub-technique
       *[other] { $n } sub-techniques
    }
matrix-few = few
matrix-many = many
matrix-table = See as a table
matrix-tactic = Tactic
matrix-technique = Technique
matrix-uses = Relationships
matrix-items = Items
matrix-search = Search
matrix-search-go = Search
matrix-empty = No technique is in use
matrix-empty-do = Remove the filters, or import knowledge such as ATT&CK (kaname import).
matrix-empty-all = See all techniques
matrix-link = Matrix of techniques
