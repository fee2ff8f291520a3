trouble-unknown-host = The name { $host } is not found: { $words }
trouble-no-address = The name of the server has no address
trouble-private-network = The address leads into a private network, which is not called
trouble-no-connection = No connection: { $words }
trouble-certificate =
    { $fault ->
        [expired] The server's certificate has expired
        [not_yet_valid] The server's certificate is not valid yet
        [other_name] The server's certificate is for another name
        [unknown_issuer] The server's certificate is from an issuer that is not trusted
       *[other] The server's certificate is not trusted
    } ({ $words })
trouble-tls = TLS failed: { $words }
trouble-not-https = Only https is called
trouble-bad-address = The address can't be asked: { $words }
trouble-no-answer = No whole answer within { $seconds } s
trouble-broke-off = The answer broke off: { $words }
trouble-too-large = The answer is over { $most } bytes
trouble-answered = The server answered { $status }
trouble-answered-saying = The server answered { $status }: { $words }
trouble-redirected = The server answered { $status }: redirects are not followed
trouble-redirected-to = The server answered { $status }: redirects are not followed; this one leads to { $to }
trouble-packed = The server sent its document packed ({ $how }), which was not asked for
trouble-out-of-time =
    { $done ->
        [sent] Not sent to its end within { $seconds } s
       *[read] Not read to its end within { $seconds } s
    }
trouble-unreadable-api-root = The server's API root can't be read (line { $line }, column { $column }): { $words }
trouble-unreadable-collection = The server's collection can't be read (line { $line }, column { $column }): { $words }
trouble-unreadable-envelope = The server sent no envelope (line { $line }, column { $column }): { $words }
trouble-unreadable-status = The server's status of a post can't be read (line { $line }, column { $column }): { $words }
trouble-odd-status = The server's status of a post is “{ $said }”, which TAXII does not know
trouble-other-form = The document can't be read as { $form }: { $why }
trouble-no-list = { $refused } entries say no value that can be taken, { $good } do; the first, { $line }: { $why }: { $said }
trouble-emptied = it is empty; it had { $before } entries the last time
trouble-too-many-events = it lists more than { $most } events
trouble-too-many-documents = it lists more than { $most } documents
trouble-no-documents = None of the provider's distributions lists a document
trouble-no-documents-first = None of the provider's distributions lists a document. The first: { $why }: { $said }
trouble-signature-wrong = Its signature is not one over these bytes by a key that held when it was made.
trouble-signature-unknown-key = Its signature is by none of the keys that its provider names.
trouble-signature-unreadable = The file of its signature holds none.
trouble-signature-no-key = Signatures are asked for, and the address is one document for which nobody names a key. Give the address of the provider.
trouble-not-as-listed = More than { $most } of its documents are not as they are listed
trouble-silent = { $count } events in a row did not come. The last, { $event }: { $why }
trouble-too-large-as-agreed = It is over { $most } bytes, the most that is agreed
trouble-more-without-objects = The server says that there is more and sends nothing
trouble-more-without-next = The server says that there is more and not where it goes on
trouble-no-date-added = The server does not tell X-TAXII-Date-Added-Last
trouble-date-added-to-come = The server says in X-TAXII-Date-Added-Last that an object was added on { $at }, which is to come
trouble-may-not-write = The server does not let the hub write to the collection
trouble-takes-little = The server takes { $most } bytes at a time, too few for any object
trouble-party-may-not-read = The organisation behind the peer may not read the collection
trouble-post-unfinished = The server has not worked a post through within an hour
trouble-post-unknown = The server does not know the status of a post that it accepted
trouble-refuses-all = The server refuses everything, { $count } objects one by one. The first: { $why }
trouble-over-its-bound = Over the { $most } bytes that the server takes
trouble-no-reason = The server says no reason
trouble-nothing-fetched = A file is read without fetching anything
