/** The Chinese of a sentence that a failure has in English; undefined for one that is not listed here. */
export function inChinese(sentence: string): string | undefined {
  for (const [pattern, chinese] of sentences) {
    const found = pattern.exec(sentence)
    if (found) return chinese.replace(/\$(\d)/g, (_, group) => nameOf(found[Number(group)] ?? ''))
  }
  return undefined
}

const nameOf = (word: string) => names[word] ?? word

/** Parameters and units, as people call them; what only programs send keeps its name. */
export const names: Record<string, string> = {
  username: '用户名',
  password: '密码',
  new_password: '新密码',
  title: '标题',
  'title with the blanks around it': '标题（含首尾空格）',
  comment_text: '评论',
  content: '内容',
  signature: '简介',
  avatar: '头像',
  video: '视频',
  request: '请求',
  'pixels on its longer side': '像素（长边）',
  seconds: '秒',
  'frames per second': '帧每秒',
  tracks: '条轨道',
}

const sentences: [RegExp, string][] = [
  [/^please sign in$/, '请先登录'],
  [/^wrong user name or password$/, '用户名或密码错误'],
  [/^signing in does not work at the moment/, '暂时无法登录，请稍后再试'],
  [/^the current password is wrong$/, '当前密码不正确'],
  [/^this password is one of the commonest: choose another$/, '这个密码太常见，请换一个'],
  [/^this service answers only those who show its secret$/, '服务之间的密钥不正确'],
  [/^User already exist$/, '用户名已被使用'],
  [/^your account is no longer there$/, '你的账号已不存在'],
  [/^no user \d+$/, '没有这个用户'],
  [/^no video \d+$/, '视频不存在或已被删除'],
  [/^video \d+ has no comment \d+$/, '评论不存在或已被删除'],
  [/^only its author may delete a video$/, '只能删除自己的视频'],
  [/^only its author may delete a comment$/, '只能删除自己的评论'],
  [/^you cannot follow yourself$/, '不能关注自己'],
  [/^you cannot send a message to yourself$/, '不能给自己发消息'],

  [/^(\S+) is required$/, '缺少参数：$1'],
  [/^(\S+) is not understood$/, '无法识别的参数：$1'],
  [/^(\S+) must not be blank$/, '$1不能为空'],
  [/^(\S+) must have at least (\d+) characters$/, '$1至少需要 $2 个字符'],
  [/^(.+) must have at most (\d+) characters$/, '$1最多 $2 个字符'],
  [/^(\S+) must not hold a NUL character$/, '$1不能包含控制字符'],
  [/^(\S+) must not hold invisible or control characters$/, '$1不能包含不可见字符或控制字符'],
  [/^(\S+) must not begin with a combining mark$/, '$1不能以组合符号开头'],
  [/^(\S+) must not hold more than (\d+) combining marks in a row$/, '$1不能连续使用超过 $2 个组合符号'],
  [/^(\S+) holds a broken character$/, '$1包含损坏的字符'],
  [/^(\S+) must be a whole number from (\d+) to (\d+)$/, '$1 必须是 $2 到 $3 的整数'],
  [/^(\S+) must be from (\d+) to (\d+)$/, '$1 必须在 $2 到 $3 之间'],
  [/^(\S+) must be a positive number$/, '$1 必须是正数'],
  [/^(\S+) must be a whole number of milliseconds$/, '$1 必须是整数毫秒'],
  [/^(\S+) must be 1 to 64 letters, digits, _ or -$/, '$1 必须是 1 到 64 个字母、数字、_ 或 -'],
  [/^this (\S+) was used for other content: take a new one$/, '这个 $1 已用于其他内容，请换一个新的'],
  [/^(\S+) must be 1$/, '$1 必须是 1'],
  [/^(\S+) must be 1 or 2$/, '$1 必须是 1 或 2'],
  [/^at most (\d+) ids at once$/, '一次最多 $1 个 id'],
  [/^at most (\d+) videos at once$/, '一次最多 $1 个视频'],
  [/^this cursor is of another list$/, '这个 cursor 属于另一个列表'],

  [/^the (\w+) is larger than the (\d+) MiB allowed$/, '$1超过了 $2 MiB 的限制'],
  [/^the file has (\d+) bytes, more than the (\d+) allowed$/, '文件有 $1 字节，超过了 $2 字节的限制'],
  [/^the file is empty$/, '文件是空的'],
  [/^the video is missing: send it as the file `data`$/, '缺少视频：请作为文件 `data` 上传'],
  [/^this is not an MP4, MOV or WebM video$/, '不是 MP4、MOV 或 WebM 视频'],
  [/^there is no picture in this file$/, '文件里没有画面'],
  [/^this video has (\d+) (.+), more than the (\d+) allowed$/, '视频有 $1 $2，超过了 $3 的限制'],
  [/^this video claims (\d+) samples, more than the (\d+) allowed$/, '视频声称有 $1 个采样，超过了 $2 的限制'],
  [/^this video is cut into more than (\d+) pieces$/, '视频的分段超过了 $1 个'],
  [/^the index of this video is larger than the 32 MiB allowed$/, '视频的索引超过了 32 MiB 的限制'],
  [/^a part of this video is too large to be examined$/, '视频的某一部分太大，无法检查'],
  [/^this video takes too long to examine$/, '检查这个视频用时太长'],
  [/^this video (?:is damaged|has no index|has no frames)/, '视频已损坏，无法读取'],
  [/^the picture of this video (?:cannot be decoded|has no size)$/, '视频的画面无法解码'],
  [/^a picture may have (\d+) MiB at most$/, '图片最大 $1 MiB'],
  [/^a picture may have (\d+) million pixels at most$/, '图片最多 $1 百万像素'],
  [/^a picture may be (\d+) pixels wide and high at most$/, '图片的宽和高最多 $1 像素'],
  [
    /^(?:this is not a picture that can be read|a .+ is not taken): send a JPEG, PNG or WebP$/,
    '请使用 JPEG、PNG 或 WebP 图片',
  ],

  [/^a form may have (\d+) parts at most$/, '表单最多 $1 个部分'],
  [/^a form field is longer than 64 KiB$/, '表单字段超过了 64 KiB'],
  [/^send the video as multipart\/form-data$/, '请用 multipart/form-data 上传视频'],
  [/^the form has no boundary$|^the form is malformed|^the multipart body is broken$/, '表单格式有误'],
  [/^the JSON body/, 'JSON 格式有误'],
  [/^the upload took too long$/, '上传用时太长'],
  [/^the request took too long to arrive$/, '请求发送用时太长'],
  [/^too many uploads are under way whose token has not come yet/, '尚未登录的上传太多：请把 token 放在文件之前'],
  [/^the (?:upload|request) was broken off$/, '连接中断'],

  [/^no such path$/, '没有这个路径'],
  [/^this path takes (?:a )?(.+)$/, '这个路径只接受 $1'],
  [/^too often, please try again in (\d+) s$/, '操作太频繁，请 $1 秒后再试'],
  [/^too many people are here at this moment/, '人太多了，请稍后再试'],
  [/^too many people are signing in/, '登录的人太多，请稍后再试'],
  [/^too many videos are being handled now/, '正在处理的视频太多，请稍后再试'],
  [/^too many pictures are being handled now/, '正在处理的图片太多，请稍后再试'],
  [/^the server has no room for this video now$/, '服务器空间不足，暂时无法保存视频'],
  [/^the server cannot draw covers now$/, '服务器暂时无法生成封面'],
  [/^the (?:database|service) is not available at the moment/, '服务暂时不可用，请稍后再试'],
  [/^internal error$/, '服务器出错了'],
]
