# 開示された被害情報
record-title = 開示された被害情報
record-title-one = 開示された被害情報
record-about = 提供者の同意により、あなたの組織に限って開示された被害の内容です。転送・引用しないでください。
record-about-one = 提供者の同意により、あなたの組織に限って開示されています。転送・引用しないでください。提供者が開示を取りやめると、閲覧できなくなります。
record-none = 開示された被害情報はありません
record-none-do = 提供者が被害の内容の開示に同意すると、ここに並びます。
record-shown = 開示
record-new = 未確認
record-noted = 確認済み
record-read = 読む
record-harm = 被害の内容
record-noticed = 被害に気づいた時
record-contact = 問い合わせ先
record-items = 同じ報告から作られた共有情報
record-acknowledge = 確認済みにする
record-acknowledge-about = 確認した日時は、提供者に伝わります。
record-acknowledged = 確認済みにしました。
