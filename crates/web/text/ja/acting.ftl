# 代理
acting-title = 代理
acting-about = 委ねられた権限で、その組織に代わって操作します。操作の記録には、だれの代理かが残ります。
acting-begin = { $party }の代理として操作する
acting-end = 自組織に戻る
acting-begun = 代理としての操作を始めました。
acting-ended = 自組織に戻りました。
