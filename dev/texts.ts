// The names and the texts of the demo users.
import { scenes } from './scenes.ts'

/** The n-th video has the n-th title, which describes it, alternately in Chinese and in English. */
export const titles = [0, 1].flatMap((round) => scenes.map((scene, i) => scene.titles[(i + round) % 2]!))

export const userNames = [
  '小满',
  'Mia',
  '阿杰',
  'Noah',
  '林夕',
  'Zoe',
  '大橘',
  'Leo',
  '青柠',
  'Ava',
  '老王',
  'Kai',
  '月半',
  'Ines',
  '北北',
  'Omar',
  '豆包',
  'Lena',
  '山野',
  'Theo',
  '糖糖',
  'Yuki',
  '秋刀鱼',
  'Nora',
]

export const commentTexts = [
  '太好看了吧！',
  'This made my day',
  '哈哈哈哈哈 😂',
  'How did you do that?',
  '求背景音乐',
  'first!',
  '已经看了十遍了',
  'The ending ❤️',
  '学到了，感谢分享',
  'more of this please',
  '这个颜色绝了 🎨',
  'I could watch this for hours',
  '在哪儿拍的？',
  'Sound on! 🎧',
  '转给我妈看了，她也说好看',
  'Underrated. Somebody tell the algorithm.',
]

export const talks = [
  ['你的新视频太棒了！', '谢谢 😊 拍了三天', '下次带上我'],
  ['Where did you film that?', 'Right behind my house', 'No way!'],
  ['周末有空吗？', '有，去爬山？'],
  ['Loved the ending', 'Thank you ❤️', 'When is the next one?', 'Tomorrow!'],
]

export const signatures = ['记录生活', 'just passing by', '爱吃、爱玩、爱拍', 'I film what moves', '请关注我的猫', '']
