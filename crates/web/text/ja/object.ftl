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
