# Rights on collections
denied-collection-read = You may not read this collection.
denied-collection-write = You may not write to this collection.
denied-library-delete = Nothing is taken out of a library by a machine: an officer withdraws what was released.
denied-intake-delete = What was posted here became a submission; its provider withdraws it on its page.
denied-taken-up = An officer has taken it up; a person of your organisation takes it back on its page.
