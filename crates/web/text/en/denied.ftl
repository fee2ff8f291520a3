# Rights on collections
denied-collection-read = You may not read this collection.
denied-collection-write = You may not write to this collection.
