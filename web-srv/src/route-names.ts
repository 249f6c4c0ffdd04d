export interface Route {
  path: string
}

/** Gives the route of a URL, such as /static/:key: a name for counts and logs, of which there are few. */
export function routeNames(routes: () => Route[]): (url: string) => string {
  let whole: Map<string, string> | undefined
  let parts: string[] = []

  // At the first request, since routes are added until then.
  function read(): Map<string, string> {
    const paths = routes().map(({ path }) => path)
    parts = paths.filter((path) => path.includes(':'))
    return new Map(paths.filter((path) => !path.includes(':')).map((path) => [bare(path), named(path)]))
  }

  return (url) => {
    whole ??= read()
    const path = bare(pathOf(url))
    return whole.get(path) ?? parts.find((route) => isOf(route, path)) ?? 'none'
  }
}

/** Is it a path of this route, in either spelling: with and without a slash at its end? */
export function isOf(route: string, pathname: string): boolean {
  const asked = bare(pathname).split('/')
  const wanted = bare(route).split('/')
  return wanted.length === asked.length && wanted.every((one, i) => one === asked[i] || one.startsWith(':'))
}

/** The name of a route: as the camp writes them, whichever way it was made. */
export const named = (path: string) => (path.startsWith('/douyin/') ? `${bare(path)}/` : path)

const bare = (path: string) => (path.endsWith('/') ? path.slice(0, -1) : path)

function pathOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const to = url.indexOf('?', from)
  return url.slice(from, to === -1 ? undefined : to)
}
