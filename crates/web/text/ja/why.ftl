# なぜできないか（権限）
why-not-signed-in = サインインが必要です。
why-not-temporary-password = 仮のパスワードです。はじめに、ご自身のパスワードに変えてください。
why-not-person = APIキーではできません。人がサインインして行ってください。
why-not-deriver = あなたが作成したため、ほかの職員だけが承認できます。
why-not-provider-party = 提供者と同じ組織に属する職員は扱えません。
why-not-second-factor = 第二要素でのサインインが必要です。
why-not-recent = 15分以内のサインインが必要です。もう一度確認してください。
why-not-member = 構成員資格が有効な組織だけが利用できます。
why-not-scope = このAPIキーに、その権限はありません。
why-not-role = あなたの役割には、この操作の権限がありません。
why-not-system = システムの処理としては行えません。
why-not-unknown = この操作は許可されていません。
why-not-delegated = 代理の権限に、この操作は含まれていません。
