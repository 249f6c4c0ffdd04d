import { limits } from '@douyin/proto'
import * as v from 'valibot'
import { guest, userList } from './compose.ts'
import { callerKey, check, type Endpoints, type HandlerInput, requireSignedIn } from './endpoint/endpoint.ts'
import { nameText, optionalText } from './endpoint/fields.ts'
import { readForm } from './endpoint/parameters.ts'
import { user as userSchema } from './endpoint/response-schemas.ts'
import { type EndpointSpec, withSpec } from './endpoint/spec.ts'
import { failure, success } from './http/envelope.ts'
import { acceptImage, imageLimits } from './media/image/image-upload.ts'
import { replaceImages } from './media/store/replaced-images.ts'
import type { Storage } from './media/store/storage.ts'
import type { Services } from './services.ts'

const avatarSide = 512
const backgroundSide = 1280
const changes = v.object({
  name: v.optional(
    optionalText({ pattern: `^$|${nameText.pattern}`, maxLength: limits.username_characters, examples: ['Anna'] }),
    '',
  ),
  signature: v.optional(
    optionalText({ pattern: '^[^\\x00]*$', maxLength: limits.signature_characters, examples: ['I film birds'] }),
  ),
})
const picture = { about: 'a JPEG, PNG or WebP', example: 'me.jpg' }
const updateSpec: EndpointSpec = {
  summary: 'Change one’s profile',
  notes: 'What is not sent stays as it is, an empty name too; an empty signature is none.',
  input: changes,
  files: { avatar: picture, background_image: picture },
  body: { maxBytes: 2 * imageLimits.maxBytes + (1 << 20), seconds: 120 },
  answer: { user: userSchema },
  token: 'required',
  rule: 'update',
}

/** Fields of the request that an update leaves as they are. */
const unchanged = {
  passward: '',
  follow_count: 0,
  follower_count: 0,
  follows: [],
  followers: [],
  Videos: [],
  comments: [],
  FavList: [],
  total_favorited: 0,
  work_count: 0,
  favorite_count: 0,
}

/** The handler of /douyin/user/update/, which takes a multipart form with pictures. */
export function profileUpdate(services: Services, endpoints: Endpoints, storage: Storage) {
  const { rateLimit, identify, log } = endpoints

  async function update({ request, server }: HandlerInput): Promise<Response> {
    try {
      const { fields, files } = await readForm(request)
      const caller = await identify(request, server, fields)
      requireSignedIn(caller)
      rateLimit.count('update', callerKey(caller))
      const { name, signature } = check(changes, fields)
      const picture = async (field: string, side: number) => {
        const file = files.get(field)
        // Forms send an empty file if nothing was chosen.
        return file?.size ? acceptImage(await file.bytes(), side, storage) : undefined
      }
      const avatar = await picture('avatar', avatarSide)
      const background = await picture('background_image', backgroundSide)
      const changedUser = {
        ...unchanged,
        id: caller.viewerId,
        name,
        signature: signature ?? '',
        clear_signature: signature === '',
        avatar: avatar?.key ?? '',
        background_image: background?.key ?? '',
      }
      const pictures = [avatar, background].filter((file) => file !== undefined)
      await replaceImages(services, storage, { userId: caller.viewerId, files: pictures }, () =>
        services.user.updateUserInfo(changedUser),
      )
      const [user] = await userList(services, [caller.viewerId], guest(caller))
      return success({ user })
    } catch (error) {
      return failure(error, request, log)
    }
  }

  return withSpec(update, updateSpec)
}
