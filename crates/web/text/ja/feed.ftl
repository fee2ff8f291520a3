feed-tlp = 取り扱い：{ $tlp }（このファイルで最も厳しいもの）。その範囲を超えて渡さないこと。
feed-empty = 現在、このファイルに掲載するものはない。
feed-may-block = 掲載値はすべて遮断に使用できる（PAP:CLEAR または PAP:GREEN、有効期間内、誤検知による停止なし）。
feed-first-end = 有効期間の終わった値は掲載から外れる。最初の期限は { $at }。少なくとも1日1回取得し直すこと。
feed-no-end = 有効期限の定めはない。取り下げられることがあるため、少なくとも1日1回取得し直すこと。
feed-watch = 検知に使うルール。警告するだけで、通信は止めない。遮断に使ってよいとは限らない。
feed-look-up = 確認に使う値。遮断してよいのは「blocking」列が yes の値だけ。
feed-widely-used = 広く使われている値が { $n } 件ある（遮断すると無関係の利用者に影響しうる）。
feed-left-aged = 最後に確かめられてから時間がたったため、{ $n } 件を載せていない（アドレスに ?aged=include を付けると載る）。
feed-left-ended = 有効期間が終わったため、{ $n } 件を載せていない（この30日に終わった情報と、相手組織の期限切れの値）。
feed-with-aged = 最後に確かめられてから時間がたった値も載せている（?aged=include）。
feed-for-own = 受け取った組織の中で使うための内容（?for=own）。
feed-for-clients = 受け取った組織と、その顧客に渡してよい内容（?for=clients）。
feed-for-community = 受け取った組織のコミュニティに渡してよい内容（?for=community）。
feed-for-public = 誰にでも渡してよい内容（?for=public）。
feed-left-restricted = そこまで渡してはならないため、{ $n } 件の情報を載せていない。
feed-left-broken = この形式のルールとして読めないため、他者の書いたルール { $n } 件を載せていない。
