# メールを暗号化する公開鍵
openpgp-fingerprint = フィンガープリント
openpgp-ends = 有効期限
openpgp-smime = S/MIME証明書への暗号化にはまだ対応していません。OpenPGP公開鍵がなければ、TLP:AMBER以上の情報はお知らせだけを送ります。
openpgp-neither = OpenPGP公開鍵でも証明書でもないか、64 KiBを超えています。-----BEGIN から -----END までを、ほかの文字を加えずに貼り付けてください。
openpgp-unreadable = 公開鍵として読み取れません（{ $what }）。-----BEGIN から -----END までをそのまま貼り付けてください。
openpgp-private = 秘密鍵が含まれています。この画面には公開鍵だけを貼り付け、秘密鍵は外に出さないでください。
openpgp-not-one = 公開鍵は一つだけ貼り付けてください（{ $what }）。
openpgp-too-large = 鍵が大きすぎます（{ $what }）。他者の署名を除いて書き出してください。
openpgp-revoked = この鍵は失効しています。新しい鍵を登録してください。
openpgp-expired = この鍵は期限切れです（{ $what }）。期限を延ばして書き出し直すか、新しい鍵を登録してください。
openpgp-later = この鍵の作成日時が未来です（{ $what }）。
openpgp-unsigned = この鍵には、鍵自身による正しい署名がありません（{ $what }）。
openpgp-no-subkey = 暗号化に使える副鍵がありません（{ $what }）。
openpgp-weak = この鍵は使えません（{ $what }）。RSA 2048ビット以上か楕円曲線（Curve25519、NIST P-256など）、SHA-256以上の鍵を登録してください。
