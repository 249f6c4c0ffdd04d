// A user's day in the generated Go client: `go run ./day BASE CLIP`, in the client's own folder.
package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"strings"
	"time"

	"example.org/douyin/client"
)

const password = "correct horse"

var api *douyin.APIClient

func check(isTrue bool, what any) {
	if !isTrue {
		panic(fmt.Sprintf("%+v", what))
	}
}

type answer interface{ GetStatusCode() douyin.StatusCode }

// The answer of a call that succeeded.
func done[T answer](given T, _ *http.Response, err error) T {
	check(err == nil, err)
	check(given.GetStatusCode() == douyin.SUCCESS, given)
	return given
}

// The answer, whatever it says.
func read[T answer](given T, _ *http.Response, err error) T {
	check(err == nil, err)
	return given
}

func main() {
	base, clip := os.Args[1], os.Args[2]
	configuration := douyin.NewConfiguration()
	configuration.Servers = douyin.ServerConfigurations{{URL: base}}
	api = douyin.NewAPIClient(configuration)
	guest := context.Background()

	anna := done(api.UserAPI.UserRegister(guest).Username("anna-go").Password(password).Execute())
	bob := done(api.UserAPI.UserRegister(guest).Username("bob-go").Password(password).Execute())
	wrong := read(api.UserAPI.UserLogin(guest).Username("bob-go").Password("wrong horse").Execute())
	check(wrong.StatusCode != douyin.SUCCESS && wrong.UserId == 0 && wrong.Token == "", wrong)
	again := done(api.UserAPI.UserLogin(guest).Username("bob-go").Password(password).Execute())
	check(again.UserId == bob.UserId, again)
	// One shows the token in the header, the other in the query.
	asAnna := context.WithValue(guest, douyin.ContextAccessToken, anna.Token)
	asBob := context.WithValue(guest, douyin.ContextAPIKeys, map[string]douyin.APIKey{"token": {Key: bob.Token}})

	title := "第一条 🎬 go"
	film, err := os.Open(clip)
	check(err == nil, err)
	done(api.PublishAPI.PublishAction(asBob).Title(title).Data(film).CoverTime(100).UploadId("go").Execute())
	feed := done(api.FeedAPI.Feed(asAnna).LatestTime(time.Now().UnixMilli() + 1000).Execute())
	video := feed.VideoList[0]
	check(video.Title == title && video.Author.Id == bob.UserId && feed.NextTime > math.MaxInt32, feed)
	check(done(api.FeedAPI.Feed(guest).LatestTime(1).Execute()).NextTime == 0, "a feed before 1970")

	done(api.FavoriteAPI.FavoriteAction(asAnna).VideoId(video.Id).ActionType(1).Execute())
	comment := api.CommentAPI.CommentAction(asAnna).VideoId(video.Id)
	added := done(comment.ActionType(1).CommentText("不错").SendId("go").Execute()).Comment
	check(added != nil && added.User.Id == anna.UserId, added)
	page := done(api.CommentAPI.CommentList(asAnna).VideoId(video.Id).Limit(1).Execute())
	check(*page.CommentList[0].CreateTime > math.MaxInt32 && *page.NextCursor == "", page)
	done(comment.ActionType(2).CommentId(added.Id).Execute())

	done(api.RelationAPI.RelationAction(asAnna).ToUserId(bob.UserId).ActionType(1).Execute())
	done(api.RelationAPI.RelationAction(asBob).ToUserId(anna.UserId).ActionType(1).Execute())
	followed := done(api.FeedAPI.FeedFollowing(asAnna).Execute()).VideoList[0]
	check(followed.IsFavorite && followed.Author.IsFollow, followed)

	for _, content := range []string{"one", "two"} {
		message := api.MessageAPI.MessageAction(asAnna).ToUserId(bob.UserId).ActionType(1).Content(content)
		done(message.SendId("go-" + content).Execute())
	}
	chat := api.MessageAPI.MessageChat(asBob).ToUserId(anna.UserId)
	newest := done(chat.Limit(1).Execute())
	check(newest.MessageList[0].Content == "two", newest)
	older := done(chat.Limit(1).Cursor(*newest.NextCursor).Execute()).MessageList[0]
	check(older.Content == "one" && older.CreateTime > math.MaxInt32, older)
	check(len(done(chat.PreMsgTime(older.CreateTime).Execute()).MessageList) == 1, older)
	conversation := done(api.MessageAPI.MessageConversationList(asBob).Execute()).ConversationList[0]
	check(conversation.UnreadCount == 2 && conversation.LastTime > math.MaxInt32, conversation)
	done(api.MessageAPI.MessageRead(asBob).ToUserId(anna.UserId).Time(conversation.LastTime).Execute())

	noPicture, err := os.CreateTemp("", "me*.png")
	check(err == nil, err)
	defer os.Remove(noPicture.Name())
	_, err = noPicture.WriteString("no picture")
	check(err == nil, err)
	_, err = noPicture.Seek(0, 0)
	check(err == nil, err)
	refused := read(api.UserAPI.UserUpdate(asAnna).Avatar(noPicture).Execute())
	check(refused.StatusCode == douyin.WRONG_PARAMETER && refused.User == nil, refused)
	updated := done(api.UserAPI.UserUpdate(asAnna).Signature("I film birds").Execute())
	check(strings.HasPrefix(updated.User.Signature, "I film"), updated)
	check(*done(api.LimitsAPI.Limits(guest).Execute()).VideoBytes > 0, "limits")
	done(api.UserAPI.UserLogout(asAnna).Execute())
	ended := read(api.FeedAPI.FeedFollowing(asAnna).Execute())
	check(ended.StatusCode == douyin.SIGN_IN, ended)
}
