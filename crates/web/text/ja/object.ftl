# 脅威オブジェクト一件
object-said = 内容
object-yes = はい
object-no = いいえ
object-more = ほか { $n } 件
object-pattern = 検出の条件
object-references = 外部の参照
object-author = 作成者
object-markings = 取り扱い表示
object-revoked = 作成者が取り消したオブジェクトです。使わないでください。
object-property = 項目
object-json-open = 配信するとおりの JSON を開く

# だれに見えるか
object-seen = だれに、なぜ見えるか
object-seen-own = このオブジェクトの宛先の条件を、あなたは次のことで満たしています。
object-seen-ask = ほかの人について確かめる

# 版
object-versions = 版と違い
object-version-here = 表示中
object-compare = 比べる
object-compare-from = 比べるもと
object-compare-to = 比べる先
object-compare-of = { $at }（{ $whose }）
object-compare-title = { $from } の版から { $to } の版まで
object-compare-counts = 加わった項目 { $came }、なくなった項目 { $went }、変わった項目 { $changed }
object-compare-same = この二つの版に違いはありません。
object-compare-before = 前
object-compare-after = 後
object-compare-changed = 変化
object-compare-none = なし
object-compare-more = ほかに { $n } 件の違いがあります。kaname stix diff で全件を見られます。

# 関係
object-relations = 関係
object-relations-all = { $n } 件
object-relations-drawn = { $drawn } 件を表示、ほか { $left } 件
object-relations-near = 直接の関係
object-relations-far = 二つ先まで
object-relations-list = すべての一覧
object-relations-table = 表で見る
object-relations-kinds = 関係の種類
object-relations-of = { $title } の関係
object-relations-cut = 関係が多いため、はじめの 10,000 件だけを調べました。
object-side-out = このオブジェクトから：
object-side-in = このオブジェクトへ：
object-through = 経由：
object-graph = 関係の図。同じ内容が下の表にあります。
object-graph-keys = 矢印キーで選び、Enter で開く。+ と − で拡大・縮小、0 で全体。
object-graph-whole = 全体
object-graph-nearer = 拡大
object-graph-farther = 縮小

# 目撃
object-sightings = 目撃の推移
object-seen-said = 目撃 { $n } 回
object-seen-answered = 回答では { $parties } 組織が計 { $times } 回見ています。名前を伝えてよい組織の回答だけ、日時が図に入ります。
object-seen-chart = 週ごとの目撃の回数。同じ内容が下の表にあります。
object-seen-unit = 回／週
object-seen-week = { $week } の週：{ $n } 回
object-seen-older = それより前に { $n } 回
object-seen-cut = 目撃が多いため、2,000 件だけを数えました。
object-seen-table = 表で見る
object-seen-from = 週の始まり
object-seen-stix = STIX の目撃
object-seen-answers = 構成員の回答

# 活動の経過
object-timeline = 活動の経過
object-time-count = { $n } 件
object-time-chart = 活動の経過の図。同じ内容が下の表にあります。
object-time-table = 表で見る
object-time-now = いま
object-time-from = 日時・始まり
object-time-to = 終わり
object-time-what = できごと
object-time-active = 活動期間
object-time-seen = 目撃
object-time-report = 脅威レポートの公表
object-time-campaign = 攻撃活動
object-time-indicator = 指標の有効期間
object-time-item = 情報の提供
object-time-version = 版
object-time-times = 目撃 { $n } 回

# どこへ送ったか（職員向け）
object-sent = どこへ送ったか
object-sent-peers = 連携先の TAXII
object-sent-deliveries = 配信の状況
object-sent-has = 受け取った組織 { $n }
object-sent-has-not = まだの組織 { $n }
object-sent-sent = 送信済み
object-sent-waits = 次の回に送信
object-sent-not-agreed = 取り決めの対象外
object-sent-not-readable = 相手の組織には見えない
