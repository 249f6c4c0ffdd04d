"""A user's day in the generated Python client: `python day.py BASE CLIP`, beside the package."""

import sys
import time

import douyin

base, clip = sys.argv[1:]
password = "correct horse"


def client(token=None, in_query=False):
    configuration = douyin.Configuration(host=base)
    if in_query:
        configuration.api_key["token"] = token
    else:
        configuration.access_token = token
    return douyin.ApiClient(configuration)


def done(answer):
    assert answer.status_code == 0, answer
    return answer


guest = client()
users = douyin.UserApi(guest)
anna = done(users.user_register("anna-py", password))
bob = done(users.user_register("bob-py", password))
wrong = users.user_login("bob-py", "wrong horse")
assert (wrong.status_code != 0, wrong.user_id, wrong.token) == (True, 0, "")
assert done(users.user_login("bob-py", password)).user_id == bob.user_id
# One shows the token in the header, the other in the query.
as_anna, as_bob = client(anna.token), client(bob.token, in_query=True)

with open(clip, "rb") as film:
    data = ("clip.mp4", film.read())
title = "第一条 🎬 py"
done(douyin.PublishApi(as_bob).publish_action(title, data, cover_time=100, upload_id="py"))
feed = done(douyin.FeedApi(as_anna).feed(latest_time=int(time.time() * 1000) + 1000))
[video] = [one for one in feed.video_list if one.title == title]
assert video.author.id == bob.user_id and feed.next_time > 2**31
assert done(douyin.FeedApi(guest).feed(latest_time=1)).next_time == 0

done(douyin.FavoriteApi(as_anna).favorite_action(action_type=1, video_id=video.id))
comments = douyin.CommentApi(as_anna)
added = done(comments.comment_action(action_type=1, video_id=video.id, comment_text="不错", send_id="py"))
assert added.comment.user.id == anna.user_id
page = done(comments.comment_list(video.id, limit=1))
assert page.comment_list[0].content == "不错" and page.comment_list[0].create_time > 2**31 and page.next_cursor == ""
done(comments.comment_action(action_type=2, video_id=video.id, comment_id=added.comment.id))

done(douyin.RelationApi(as_anna).relation_action(action_type=1, to_user_id=bob.user_id))
done(douyin.RelationApi(as_bob).relation_action(action_type=1, to_user_id=anna.user_id))
followed = done(douyin.FeedApi(as_anna).feed_following()).video_list[0]
assert followed.is_favorite and followed.author.is_follow

messages = douyin.MessageApi(as_anna)
for content in ["one", "two"]:
    done(messages.message_action(action_type=1, to_user_id=bob.user_id, content=content, send_id=f"py-{content}"))
inbox = douyin.MessageApi(as_bob)
newest = done(inbox.message_chat(anna.user_id, limit=1))
assert newest.message_list[0].content == "two" and newest.message_list[0].create_time > 2**31
older = done(inbox.message_chat(anna.user_id, limit=1, cursor=newest.next_cursor))
assert older.message_list[0].content == "one"
later = done(inbox.message_chat(anna.user_id, pre_msg_time=older.message_list[0].create_time))
assert len(later.message_list) == 1
[conversation] = done(inbox.message_conversation_list()).conversation_list
assert (conversation.unread_count, conversation.msg_type) == (2, 0) and conversation.last_time > 2**31
done(inbox.message_read(to_user_id=anna.user_id, time=conversation.last_time))

refused = douyin.UserApi(as_anna).user_update(avatar=("me.png", b"no picture"))
assert refused.status_code == 4 and refused.user is None and refused.status_msg
assert done(douyin.UserApi(as_anna).user_update(signature="I film birds")).user.signature == "I film birds"
assert done(douyin.LimitsApi(guest).limits()).video_bytes > 0
done(douyin.UserApi(as_anna).user_logout())
assert douyin.FeedApi(as_anna).feed_following().status_code == 3
