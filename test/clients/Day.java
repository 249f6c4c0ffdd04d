import douyin.ApiClient;
import douyin.api.CommentApi;
import douyin.api.FavoriteApi;
import douyin.api.FeedApi;
import douyin.api.LimitsApi;
import douyin.api.MessageApi;
import douyin.api.PublishApi;
import douyin.api.RelationApi;
import douyin.api.UserApi;
import douyin.model.StatusCode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** A user's day in the generated Java client: `java Day BASE CLIP`. */
public class Day {
  static final long INT32 = Integer.MAX_VALUE;

  static void check(boolean isTrue, Object what) {
    if (!isTrue) throw new AssertionError(String.valueOf(what));
  }

  static void done(StatusCode code) {
    check(code == StatusCode.SUCCESS, code);
  }

  static ApiClient client(String base) {
    return new ApiClient().setBasePath(base);
  }

  public static void main(String[] given) throws Exception {
    String base = given[0];
    String password = "correct horse";
    ApiClient guest = client(base);
    UserApi users = new UserApi(guest);
    var anna = users.userRegister("anna-java", password);
    var bob = users.userRegister("bob-java", password);
    var wrong = users.userLogin("bob-java", "wrong horse");
    check(wrong.getStatusCode() != StatusCode.SUCCESS && wrong.getUserId() == 0 && wrong.getToken().isEmpty(), wrong);
    check(users.userLogin("bob-java", password).getUserId().equals(bob.getUserId()), bob);
    // One shows the token in the header, the other in the query.
    ApiClient asAnna = client(base);
    asAnna.setBearerToken(anna.getToken());
    ApiClient asBob = client(base);
    asBob.setApiKey(bob.getToken());

    String title = "第一条 🎬 java";
    done(new PublishApi(asBob).publishAction(title, new File(given[1]), 100L, "java").getStatusCode());
    var feed = new FeedApi(asAnna).feed(System.currentTimeMillis() + 1000);
    var video = feed.getVideoList().stream().filter(one -> one.getTitle().equals(title)).findFirst().orElseThrow();
    check(video.getAuthor().getId().equals(bob.getUserId()) && feed.getNextTime() > INT32, feed);
    check(new FeedApi(guest).feed(1L).getNextTime() == 0, "a feed before 1970");

    done(new FavoriteApi(asAnna).favoriteAction(video.getId(), 1).getStatusCode());
    CommentApi comments = new CommentApi(asAnna);
    var added = comments.commentAction(1, video.getId(), "不错", "java", null).getComment();
    check(added != null && added.getUser().getId().equals(anna.getUserId()), added);
    var page = comments.commentList(video.getId(), 1, null);
    check(page.getCommentList().get(0).getCreateTime() > INT32 && page.getNextCursor().isEmpty(), page);
    done(comments.commentAction(2, video.getId(), null, null, added.getId()).getStatusCode());

    done(new RelationApi(asAnna).relationAction(bob.getUserId(), 1).getStatusCode());
    done(new RelationApi(asBob).relationAction(anna.getUserId(), 1).getStatusCode());
    var followed = new FeedApi(asAnna).feedFollowing(null).getVideoList().get(0);
    check(followed.getIsFavorite() && followed.getAuthor().getIsFollow(), followed);

    MessageApi messages = new MessageApi(asAnna);
    for (String content : new String[] {"one", "two"})
      done(messages.messageAction(bob.getUserId(), 1, content, "java-" + content).getStatusCode());
    MessageApi inbox = new MessageApi(asBob);
    var newest = inbox.messageChat(anna.getUserId(), null, 1, null);
    check(newest.getMessageList().get(0).getContent().equals("two"), newest);
    var older = inbox.messageChat(anna.getUserId(), null, 1, newest.getNextCursor()).getMessageList().get(0);
    check(older.getContent().equals("one") && older.getCreateTime() > INT32, older);
    check(inbox.messageChat(anna.getUserId(), older.getCreateTime(), null, null).getMessageList().size() == 1, older);
    var conversation = inbox.messageConversationList(null, null).getConversationList().get(0);
    check(conversation.getUnreadCount() == 2 && conversation.getLastTime() > INT32, conversation);
    done(inbox.messageRead(anna.getUserId(), conversation.getLastTime()).getStatusCode());

    Path noPicture = Files.writeString(Files.createTempFile("me", ".png"), "no picture");
    var refused = new UserApi(asAnna).userUpdate(null, null, noPicture.toFile(), null);
    Files.delete(noPicture);
    check(refused.getStatusCode() == StatusCode.WRONG_PARAMETER && refused.getUser() == null, refused);
    var updated = new UserApi(asAnna).userUpdate(null, "I film birds", null, null).getUser();
    check(updated != null && updated.getSignature().equals("I film birds"), updated);
    check(new LimitsApi(guest).limits().getVideoBytes() > 0, "limits");
    done(new UserApi(asAnna).userLogout().getStatusCode());
    check(new FeedApi(asAnna).feedFollowing(null).getStatusCode() == StatusCode.SIGN_IN, "a token that has ended");
    System.exit(0);
  }
}
