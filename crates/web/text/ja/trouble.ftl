trouble-unknown-host = 名前 { $host } のアドレスを調べられません：{ $words }
trouble-no-address = サーバーの名前にアドレスがありません
trouble-private-network = プライベートネットワークに通じるアドレスのため、接続しません
trouble-no-connection = 接続できません：{ $words }
trouble-certificate =
    { $fault ->
        [expired] サーバーの証明書の有効期限が切れています
        [not_yet_valid] サーバーの証明書がまだ有効になっていません
        [other_name] サーバーの証明書が別の名前のものです
        [unknown_issuer] サーバーの証明書の発行者を信頼していません
       *[other] サーバーの証明書を信頼できません
    }（{ $words }）
trouble-tls = TLS で接続できません：{ $words }
trouble-not-https = https のアドレスではないため、接続しません
trouble-bad-address = 接続できないアドレスです：{ $words }
trouble-no-answer = { $seconds } 秒以内に応答が終わりませんでした
trouble-broke-off = 応答が途中で切れました：{ $words }
trouble-too-large = 応答が { $most } バイトを超えています
trouble-answered = サーバーが { $status } を返しました
trouble-answered-saying = サーバーが { $status } を返しました：{ $words }
trouble-redirected = サーバーが { $status } を返しました。転送先はたどりません
trouble-redirected-to = サーバーが { $status } を返しました。転送先（{ $to }）はたどりません
trouble-packed = サーバーが、求めていない圧縮（{ $how }）をして文書を送りました
trouble-out-of-time =
    { $done ->
        [sent] { $seconds } 秒以内に最後まで送れませんでした
       *[read] { $seconds } 秒以内に最後まで読めませんでした
    }
trouble-unreadable-api-root = サーバーの API ルートを読み取れません（{ $line } 行 { $column } 列）：{ $words }
trouble-unreadable-collection = サーバーのコレクションの情報を読み取れません（{ $line } 行 { $column } 列）：{ $words }
trouble-unreadable-envelope = サーバーの応答を TAXII のエンベロープとして読み取れません（{ $line } 行 { $column } 列）：{ $words }
trouble-unreadable-status = 送信の処理状況を読み取れません（{ $line } 行 { $column } 列）：{ $words }
trouble-odd-status = 送信の処理状況が「{ $said }」で、TAXII にない状態です
trouble-other-form = 文書を「{ $form }」として読み取れません：{ $why }
trouble-no-list = 取り込める値のない項目が { $refused } 件、ある項目が { $good } 件です。最初は { $line } 行目：{ $why }：{ $said }
trouble-emptied = 空になっています。前回は { $before } 件ありました
trouble-too-many-events = { $most } 件を超えるイベントが並んでいます
trouble-too-many-documents = { $most } 件を超える文書が並んでいます
trouble-no-documents = 提供元のどの配布先にも文書が並んでいません
trouble-no-documents-first = 提供元のどの配布先にも文書が並んでいません。最初の理由：{ $why }：{ $said }
trouble-signature-wrong = 署名が文書と合わないか、署名した鍵がその時点で有効ではありません。
trouble-signature-unknown-key = 署名した鍵は、提供者が示す鍵のどれでもありません。
trouble-signature-unreadable = 署名のファイルを署名として読めません。
trouble-signature-no-key = 署名を必須にしていますが、この URL は単独の文書で、署名の鍵を示すものがありません。提供者の URL を指定してください。
trouble-not-as-listed = 一覧と中身が違う文書が { $most } 件を超えています
trouble-silent = イベントが続けて { $count } 件届きませんでした。最後は { $event }：{ $why }
trouble-too-large-as-agreed = 取り決めた上限の { $most } バイトを超えています
trouble-more-without-objects = サーバーが、続きがあるとしながら何も送りません
trouble-more-without-next = サーバーが、続きがあるとしながら続きの場所を示しません
trouble-no-date-added = サーバーが X-TAXII-Date-Added-Last を示しません
trouble-date-added-to-come = サーバーが X-TAXII-Date-Added-Last で、未来の追加日時（{ $at }）を示しています
trouble-may-not-write = サーバーが、コレクションへの書き込みを許していません
trouble-takes-little = サーバーが一度に受け取るのは { $most } バイトまでで、どのオブジェクトも送れません
trouble-party-may-not-read = 連携先の組織は、このコレクションを閲覧できません
trouble-post-unfinished = サーバーが、送信の処理を 1 時間以内に終えていません
trouble-post-unknown = サーバーが、受け付けた送信の処理状況を答えません
trouble-refuses-all = サーバーがすべてを断っています（1 件ずつ { $count } 件）。最初の理由：{ $why }
trouble-over-its-bound = サーバーが受け取る上限の { $most } バイトを超えています
trouble-no-reason = サーバーが理由を示していません
trouble-nothing-fetched = ファイルを読むときは、何も取りに行きません
