# OpenID Connectによるサインイン
oidc-go = { $label }でサインイン
oidc-title = 外部IDとの結び付け
oidc-about = { $label }のIDを結び付けると、そのIDでサインインできます。5個まで結び付けられます。
oidc-off = 外部IDは設定されていません
oidc-off-about = このハブでは、認証プロバイダーが設定されていません。
oidc-none = 結び付けたIDはありません
oidc-subject = 識別子
oidc-issuer = プロバイダー
oidc-link = { $label }のIDを結び付ける
oidc-leave = { $label }へ進む
oidc-leave-about = { $label }で本人確認をすると、このアカウントに戻ります。10分以内にお願いします。
oidc-linked = IDを結び付けました。次からそのIDでサインインできます。
oidc-unlink = 解除
oidc-unlink-which = { $subject } の結び付けを解除
oidc-unlinked = 結び付けを解除しました。
oidc-back = アカウントに戻る
oidc-manage = 外部IDを管理する
