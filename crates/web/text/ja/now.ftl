# いま
now-title = いま、あなたを待っているもの
now-none = 待っているものはありません
now-none-do = 対応が必要なものが届くと、期限の近い順にここへ並びます。
now-library = ライブラリを見る
now-triage = 受付・分析を開く
now-out = 提供中の情報を見る
now-submit = 報告を提出する
now-own-party = 自組織の登録内容を確かめる
now-ledger = 台帳・監査を開く
now-directory = 名簿を開く
now-consent = あなたの回答を待つもの
now-consent-about = 共有してよいか、文面の確認をお願いしています
now-consent-verb = 内容を確かめる
now-answer-due = 回答期限
now-question = 分析担当からの質問
now-question-verb = 回答する
now-release = 承認を待つもの
now-suspended = 止まっている遮断用出力（再開するかの決定待ち）
now-items = 対応が必要な共有情報
now-reports = 分析を待つ報告
now-reports-about = { $rows } 行・報告 { $n } 件（似た報告はまとめてあります）
now-requests = 協力の求め
now-request-verb = 回答する
now-overdue = 回答期限を過ぎた協力の求め
now-overdue-by = { $party }から回答がありません
now-overdue-verb = 対応を決める
now-breaches = 自組織について伝えられた違反の記録
now-breach-verb = 記録を見て弁明する
now-duties = まだ引き受けていない義務
now-owed = { $n ->
    [1] { $first }をまだ引き受けていません。引き受けるのは組織の管理者です。
   *[other] { $first }など { $n } 件の義務をまだ引き受けていません。引き受けるのは組織の管理者です。
}
now-steward-does = 組織の管理者が対応します
now-fresh = 新しく提供されたもの
now-read = 読む
now-showing = 被害の内容を開示してよいか
now-showing-of = 報告 { $receipt } の被害の内容について、開示の同意を求められています
now-records = 新しく開示された被害情報
now-abandoned = 作成が止まっている報告
now-clock-behind = サーバーの時計が、台帳の最新の記録より前を指しています
now-clock-behind-do = サーバーの時刻同期を確かめ、時計を合わせてください。合うまで、期限切れの処理は行いません。この間に記録された日時と期限は、正しくないことがあります。
now-clock-ahead = サーバーの時計が大きく進んだか、台帳の最新の記録から3日以上後を指しています
now-clock-ahead-do = サーバーの時刻同期を確かめてください。しばらく記録がなかっただけなら、そのままで構いません。期限切れの処理は5分間止まり、その後はこの時計で行います。
