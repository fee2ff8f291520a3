# なぜできないか（権限の規則ごと）
why-not-signed-in = サインインしていないため、できません。
why-not-person = この判断は人だけが行えます。API キーや自動処理ではできません。
why-not-deriver = あなたが派生させたため、承認できるのはほかの担当だけです。
why-not-provider-party = 提供者と同じ組織に属する担当は扱えません。
why-not-second-factor = 第二要素（認証アプリなど）の登録と確認が要ります。
why-not-recent = 本人確認から 15 分を過ぎています。もう一度、第二要素を入れてください。
why-not-member = 会員資格が有効な組織だけができます。
why-not-scope = この API キーには、この操作の権限がありません。
why-not-role = あなたの役割には、この操作の権限がありません。
why-not-system = 自動処理には許されていない操作です。
why-not-unknown = 権限を確かめられなかったため、止めました。運用担当へお知らせください。
