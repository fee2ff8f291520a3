# 広く使われている値の一覧。
warninglist-title = 広く使われている値
warninglist-about = 公開 DNS、CDN、有名なサイトなど、見つかっても攻撃のしるしとは限らない値の一覧です。値は隠さず、載っていることを添えて示します。遮断用の出力に入るときは、そのことを書き添えます。
warninglist-value = 調べる値
warninglist-do = 載っているか調べる
warninglist-unread = アドレス、ネットワーク、名前、URL、メールアドレス、ハッシュのどれとしても読めません。
warninglist-clear = { $value } は、どの一覧にも載っていません
warninglist-found = { $value } は { $n } 件の一覧に載っています
warninglist-lists = 一覧
warninglist-name = 名前
warninglist-kind = 比べ方
warninglist-entries = 件数
warninglist-version = 版
warninglist-loaded = 取り込み
warninglist-none = 一覧はまだありません
warninglist-none-about = 管理者が kaname warninglist load で取り込みます。
warninglist-warned = 広く使われている値です（{ $lists }）
warninglist-warned-more = 広く使われている値です（{ $lists }、ほか { $n } 件）
