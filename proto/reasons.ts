// Every failure that a caller can get. To add one, add its reason here; then the compiler asks for its sentences, which
// are in web-srv/src/i18n. A reason never changes its values, since an earlier version may run beside a later one.
import { status } from '@grpc/grpc-js'
import * as v from 'valibot'

/** The parameters and fields that a sentence can name. */
export const field = v.picklist([
  'action_type',
  'avatar',
  'background_image',
  'bytes',
  'comment_id',
  'comment_text',
  'content',
  'coverUrl',
  'cover_time',
  'failure',
  'lease_ms',
  'limit',
  'new_password',
  'original_url',
  'password',
  'playUrl',
  'renditions',
  'send_id',
  'signature',
  'time',
  'title',
  'to_user_id',
  'upload_id',
  'userId',
  'user_id',
  'username',
  'video_id',
  'worker',
])
export type Field = v.InferOutput<typeof field>

/** The quantities that are limited in a video. */
const unit = v.picklist(['framesPerSecond', 'pixels', 'seconds', 'tracks'])
export type Unit = v.InferOutput<typeof unit>

const number = v.number()
const method = v.picklist(['GET', 'POST', 'WebSocket'])

/** Values are numbers or words of a list. Free text could hold SQL, a path or a secret. */
type Entries = Record<string, typeof number | typeof field | typeof unit | typeof method>

const withStatus =
  (code: status) =>
  <Values extends Entries = Record<never, never>>(values?: Values) => ({
    code,
    values: v.object(values ?? ({} as Values)),
  })
const taken = withStatus(status.ALREADY_EXISTS)
const invalid = withStatus(status.INVALID_ARGUMENT)
const notFound = withStatus(status.NOT_FOUND)
const forbidden = withStatus(status.PERMISSION_DENIED)
const tooMuch = withStatus(status.RESOURCE_EXHAUSTED)
const unauthenticated = withStatus(status.UNAUTHENTICATED)
const unavailable = withStatus(status.UNAVAILABLE)

/** Each reason with its gRPC status and the types of its values. */
export const reasons = {
  // Named like their status, for a failure whose reason this version does not know. Their sentences say only that much.
  ALREADY_EXISTS: taken(),
  INTERNAL: withStatus(status.INTERNAL)(),
  INVALID_ARGUMENT: invalid(),
  NOT_FOUND: notFound(),
  PERMISSION_DENIED: forbidden(),
  RESOURCE_EXHAUSTED: tooMuch(),
  UNAUTHENTICATED: unauthenticated(),
  UNAVAILABLE: unavailable(),
  UNKNOWN: withStatus(status.UNKNOWN)(),

  // Accounts
  ACCOUNT_GONE: notFound(),
  COMMON_PASSWORD: invalid(),
  NAME_TAKEN: taken(),
  SIGN_IN_REQUIRED: unauthenticated(),
  SIGN_IN_UNAVAILABLE: unavailable(),
  TOO_MANY_SIGN_INS: tooMuch(),
  WRONG_CURRENT_PASSWORD: forbidden(),
  WRONG_NAME_OR_PASSWORD: unauthenticated(),
  WRONG_SERVICE_SECRET: unauthenticated(),

  // Users, videos, comments and messages
  COMMENT_NOT_FOUND: notFound({ videoId: number, commentId: number }),
  FOLLOWING_ONESELF: invalid(),
  MESSAGE_TO_ONESELF: invalid(),
  NOT_YOUR_COMMENT: forbidden(),
  NOT_YOUR_VIDEO: forbidden(),
  USER_NOT_FOUND: notFound({ id: number }),
  VIDEO_NOT_FOUND: notFound({ id: number }),

  // Parameters
  ACTION_TYPE_NOT_1: invalid(),
  ACTION_TYPE_NOT_1_OR_2: invalid(),
  CURSOR_OF_OTHER_LIST: invalid(),
  IDEMPOTENCY_KEY_MALFORMED: invalid({ field }),
  IDEMPOTENCY_KEY_REUSED: invalid({ field }),
  NOT_MILLISECONDS: invalid({ field }),
  NOT_POSITIVE: invalid({ field }),
  NOT_WHOLE_NUMBER: invalid({ field, min: number, max: number }),
  PARAMETER_MISSING: invalid({ field }),
  TOO_MANY_IDS: invalid({ max: number }),
  TOO_MANY_VIDEOS: invalid({ max: number }),

  // Texts
  TEXT_BEGINS_WITH_MARK: invalid({ field }),
  TEXT_BLANK: invalid({ field }),
  TEXT_BROKEN: invalid({ field }),
  TEXT_INVISIBLE: invalid({ field }),
  TEXT_TOO_LONG: invalid({ field, max: number }),
  TEXT_TOO_MANY_MARKS: invalid({ field, max: number }),
  TEXT_TOO_SHORT: invalid({ field, min: number }),
  TEXT_WITH_NUL: invalid({ field }),
  TITLE_WITH_BLANKS_TOO_LONG: invalid({ max: number }),

  // HTTP requests
  JSON_BROKEN: invalid(),
  JSON_LONE_SURROGATE: invalid(),
  JSON_NOT_OBJECT: invalid(),
  METHOD_NOT_ALLOWED: invalid({ method }),
  MULTIPART_BROKEN: invalid(),
  PATH_NOT_FOUND: notFound(),
  REQUEST_BROKEN_OFF: invalid(),
  REQUEST_TOO_LARGE: invalid({ maxMiB: number }),
  REQUEST_TOO_SLOW: invalid(),
  TOO_BUSY: unavailable({ retryAfterS: number }),
  TOO_OFTEN: tooMuch({ retryAfterS: number }),

  // Uploads
  DAILY_UPLOAD_SIZE_USED_UP: tooMuch({ maxMiB: number }),
  DAILY_UPLOADS_USED_UP: tooMuch({ max: number }),
  DISK_FULL: unavailable(),
  FORM_FIELD_TOO_LONG: invalid({ maxKiB: number }),
  FORM_MALFORMED: invalid(),
  FORM_NOT_MULTIPART: invalid(),
  FORM_TOO_MANY_PARTS: invalid({ max: number }),
  FORM_WITHOUT_BOUNDARY: invalid(),
  STORING_TOO_SLOW: unavailable(),
  TOO_MANY_ANONYMOUS_UPLOADS: unavailable(),
  UPLOAD_BROKEN_OFF: invalid(),
  UPLOAD_TOO_LARGE: invalid({ maxMiB: number }),
  UPLOAD_TOO_SLOW: invalid(),
  VIDEO_MISSING: notFound(),

  // Video files
  COVERS_UNAVAILABLE: unavailable(),
  FILE_EMPTY: invalid(),
  FILE_TOO_LARGE: invalid({ bytes: number, max: number }),
  NOT_A_VIDEO: invalid(),
  TOO_MANY_WAITING_VIDEOS: unavailable(),
  VIDEO_CUT_OFF: invalid(),
  VIDEO_DAMAGED: invalid(),
  VIDEO_EXCEEDS: invalid({ value: number, unit, max: number }),
  VIDEO_INDEX_TOO_LARGE: invalid({ maxMiB: number }),
  VIDEO_PART_TOO_LARGE: invalid(),
  // Background jobs that make the files that play
  VIDEO_PROCESSING_FAILED: unavailable(),
  VIDEO_PROCESSING_TOO_LARGE: invalid(),
  VIDEO_PROCESSING_TOO_SLOW: invalid(),
  VIDEO_TOO_MANY_PIECES: invalid({ max: number }),
  VIDEO_TOO_MANY_SAMPLES: invalid({ samples: number, max: number }),
  VIDEO_TOO_SLOW_TO_EXAMINE: invalid(),
  VIDEO_UNDECODABLE: invalid(),
  VIDEO_WITHOUT_FRAMES: invalid(),
  VIDEO_WITHOUT_INDEX: invalid(),
  VIDEO_WITHOUT_PICTURE: invalid(),
  VIDEO_WITHOUT_SIZE: invalid(),

  // Pictures
  PICTURE_FORMAT_NOT_ACCEPTED: invalid(),
  PICTURE_SIDES_TOO_LONG: invalid({ max: number }),
  PICTURE_TOO_LARGE: invalid({ maxMiB: number }),
  PICTURE_TOO_MANY_PIXELS: invalid({ maxMillions: number }),
  PICTURE_UNREADABLE: invalid(),
  TOO_MANY_WAITING_PICTURES: unavailable(),
}

export type Reason = keyof typeof reasons
export type Values<R extends Reason> = v.InferOutput<(typeof reasons)[R]['values']>

export const isReason = (name: string): name is Reason => Object.hasOwn(reasons, name)
export const isField = (name: string): name is Field => v.is(field, name)
