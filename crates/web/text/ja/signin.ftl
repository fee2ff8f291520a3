# サインイン
signin-title = サインイン
signin-about = ログイン名とパスワード、二要素目の確認コードを入力してください。
signin-login = ログイン名
signin-password = パスワード
signin-code = 確認コード
signin-code-hint = 認証アプリに表示される6桁の数字。二要素目を登録していない場合は空欄のままにします。
signin-go = サインイン
signin-again-title = もう一度ご確認ください
signin-again-about = 承認や管理の操作には、15分以内の二要素認証が必要です。
signin-demo = 役割を選んで入る
signin-demo-about = このデモの中だけの入口です。人名はなく、役割の名称だけがあります。
signin-others = ほかの方法
