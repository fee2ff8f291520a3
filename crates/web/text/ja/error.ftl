# 入力の誤り：何が違い、どう直すか
error-code-wrong = 番号が合いません。端末の時刻が正しいか確かめ、次に表示される番号を入れてください。
error-empty = 空です。書いてください。
error-idempotency-key = Idempotency-Key は 1～200 バイトで指定してください。
error-password-easy = よく使われるか、推測しやすい合言葉です。別の長い合言葉にしてください。
error-password-hash = パスワードを保存できませんでした。もう一度お試しください。
error-password-long = 長すぎます。
error-password-short = 短すぎます。12 文字以上にしてください。
error-password-wrong = いまのパスワードが違います。
error-reason = 理由を 1 文字以上、2,000 バイト以内で書いてください。
error-source = 出所を読み取れません。
error-stix = STIX 2.1 として正しくありません。
error-text = 書き方が正しくありません。長さと使える文字を確かめてください。
error-too-large = 長すぎるか、多すぎます。分けて送ってください。
error-unknown-kind = この種類の記録は扱えません。
error-unknown-sector = 今日の時点で有効な分野から選んでください。
