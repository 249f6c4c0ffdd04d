// Writes user.gen.ts and feed.gen.ts, the TypeScript types of the two .proto files. Run by `bun run gen`.
import protobuf from 'protobufjs'
import { writeGenerated } from './generated.ts'

const scalars: Record<string, string> = { string: 'string', bool: 'boolean', bytes: 'Uint8Array' }

for (const name of ['user', 'feed']) {
  const proto = await Bun.file(`${import.meta.dir}/${name}.proto`).text()
  const { root } = protobuf.parse(proto, { keepCase: true, alternateCommentMode: true, preferTrailingComment: true })
  const nested = root.nestedArray
  const services = nested.filter((node) => node instanceof protobuf.Service)
  const messages = nested.filter((node) => node instanceof protobuf.Type)
  const lines = [`// Generated from ${name}.proto by \`bun run gen\`: change that file, not this one.`]
  for (const service of services) lines.push('', ...serviceLines(service))
  for (const message of messages) lines.push('', ...messageLines(message))
  await writeGenerated(`${import.meta.dir}/${name}.gen.ts`, lines)
}

function serviceLines(service: protobuf.Service): string[] {
  const methods = service.methodsArray.flatMap((method) => {
    const response = method.responseType === 'google.protobuf.Empty' ? 'object' : typeName(method.responseType)
    const camelCase = method.name.charAt(0).toLowerCase() + method.name.slice(1)
    return [...doc(method.comment), `  ${camelCase}(request: ${typeName(method.requestType)}): Promise<${response}>`]
  })
  return [`export interface ${service.name} {`, ...methods, '}']
}

function messageLines(message: protobuf.Type): string[] {
  const fields = message.fieldsArray.flatMap((field) => {
    const type = scalars[field.type] ?? (field.type in protobuf.types.basic ? 'number' : typeName(field.type))
    // A missing message arrives as null, a missing optional field is absent, and other missing fields have their default.
    const isMessage = !scalars[field.type] && !(field.type in protobuf.types.basic)
    const line = field.repeated
      ? `${field.name}: ${type}[]`
      : isMessage
        ? `${field.name}?: ${type} | null`
        : `${field.name}${field.options?.proto3_optional ? '?' : ''}: ${type}`
    return [...doc(field.comment), `  ${line}`]
  })
  return [`export interface ${typeName(message.name)} {`, ...fields, '}']
}

function typeName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function doc(comment: string | null): string[] {
  return comment ? [`  /** ${comment.replaceAll('\n', ' ')} */`] : []
}
