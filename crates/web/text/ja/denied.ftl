# コレクションの権利
denied-collection-read = このコレクションを読む権利がありません。
denied-collection-write = このコレクションへ書く権利がありません。
