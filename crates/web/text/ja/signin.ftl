# サインイン
signin-title = サインイン
signin-about = ログイン名とパスワード、第二要素の確認コードを入力してください。
signin-login = ログイン名
signin-password = パスワード
signin-code = 確認コード
signin-code-hint = 認証アプリに表示される6桁の数字。第二要素を登録していない場合は空欄のままにします。
signin-go = サインイン
signin-again-title = もう一度ご確認ください
signin-again-about = 承認や管理の操作には、15分以内の第二要素での確認が必要です。
signin-not-done = まだ実行していません。続けるには、先に本人の確認が必要です。そのあと元のページに戻るので、もう一度操作してください。
signin-not-done-kept = まだ実行していません。続けるには、先に本人の確認が必要です。入力した文章は残っています。そのあと元のページに戻るので、内容を確かめて、もう一度操作してください。
signin-demo = 役割を選んで入る
signin-demo-about = このデモの中だけの入口です。人名はなく、役割の名称だけがあります。
signin-demo-others = ほかの人たち。役割は上と同じです。所属によって見えるものがどう変わるかを、比べられます。
signin-others = ほかの方法
