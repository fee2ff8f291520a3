# コレクションの権利
denied-collection-read = このコレクションを読む権利がありません。
denied-collection-write = このコレクションへ書く権利がありません。
denied-library-delete = ライブラリからは機械で削除できません。提供済みの情報は職員が取り下げます。
denied-intake-delete = ここに投稿したものは報告になっています。提供者が報告の画面で取り下げてください。
denied-taken-up = 職員がすでに対応を始めています。取り下げは、貴組織の方が情報提供の画面から行ってください。
