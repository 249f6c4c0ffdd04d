// The pictures and the music of the demo videos, as ffmpeg sources. The same seed gives the same video, and different
// seeds give different videos.

interface Scene {
  /** In Chinese and in English. They describe the picture. */
  titles: [string, string]
  picture(seed: number, seconds: number): string
}

const frames = 20
/** Drawn small and then enlarged with a soft filter, which is fast and looks good. */
const small = (seconds: number) => `s=136x240:r=${frames}:d=${seconds}`
const enlarged = 'scale=360:640:flags=bicubic'

/** A formula of X, Y and T gives levels of grey, which get the colours of one of ffmpeg's palettes. */
const drawn = (palettes: string[], formula: (from: number) => string) => (seed: number, seconds: number) => {
  const palette = palettes[Math.floor(seed / 7) % palettes.length]
  const levels = formula((seed * 1.7) % 31)
  return `nullsrc=${small(seconds)},format=gray,geq=lum='clip(${levels},0,255)',format=gbrp,pseudocolor=preset=${palette},${enlarged}`
}

/** The distance of a pixel from the point (x, y). */
const from = (x: number, y: number) => `hypot(X-${x},Y-${y})`

export const scenes: Scene[] = [
  {
    titles: ['海边的日落 🌅', 'The sun, going home'],
    picture(seed, seconds) {
      const x = 34 + ((seed * 13) % 70)
      const sky = (sun: number, above: string) => `lerp(${above},${sun},clip((27+2*sin(T)-${from(x, 96)})/2,0,1))`
      const wave = `sin(Y*0.6-T*4+3*sin(X/9))*exp(-abs(X-${x})/34)`
      const level = (top: string, sea: string) => `'clip(if(lt(Y,150),${top},${sea}),0,255)'`
      const red = level(sky(255, '255-0.6*(150-Y)'), `120+80*${wave}`)
      const green = level(sky(225, '150-0.8*(150-Y)'), `50+60*${wave}`)
      const blue = level(sky(130, '80+0.3*(150-Y)'), '90+20*sin(Y*0.6-T*4+2*sin(X/13))')
      return `nullsrc=${small(seconds)},format=gbrp,geq=r=${red}:g=${green}:b=${blue},${enlarged}`
    },
  },
  {
    titles: ['别盯着看太久 🌀', 'Do not stare too long'],
    picture: drawn(
      ['magma', 'turbo', 'viridis'],
      (t) => `(128+110*sin(700/(12+${from(68, 120)})+T*5+${t}+3*atan2(Y-120,X-68)))*min(1,${from(68, 120)}/40)`,
    ),
  },
  {
    titles: ['雨落在池塘里 🌧️', 'Rain on a pond'],
    picture: drawn(['viridis', 'magma', 'plasma'], (t) => {
      const ring = (x: number, y: number, wide: number) => `sin(${from(x, y)}/${wide}-T*5+${t})*exp(-${from(x, y)}/90)`
      return `110+85*${ring(48, 90, 5)}+70*${ring(100, 180, 7)}`
    }),
  },
  {
    titles: ['今天看到的颜色 🎨', 'Colours I saw today'],
    picture: drawn(
      ['plasma', 'turbo', 'magma'],
      (t) => `128+44*sin(X/17+T*2.2+${t})+44*sin(Y/23-T*1.6)+40*sin((X+Y)/29+T*1.2+${t})`,
    ),
  },
  {
    titles: ['凌晨四点的极光 ✨', 'Northern lights, 4 am'],
    picture: drawn(['viridis', 'plasma', 'magma'], (t) => {
      const band = (y: string, high: number) => `exp(-pow((Y-${y})/${high},2))`
      const upper = band(`84-22*sin(X/31+T*1.6+${t})-12*sin(X/13-T*2)`, 28)
      return `20+200*${upper}+90*${band(`150-18*sin(X/23-T*1.3)`, 40)}`
    }),
  },
  {
    titles: ['一只万花筒', 'Kaleidoscope'],
    picture: drawn(
      ['turbo', 'plasma', 'viridis'],
      (t) => `128+60*sin(abs(X-68)/9+T*2+${t})*cos(abs(Y-120)/13-T)+60*cos(${from(68, 120)}/11-T*3)`,
    ),
  },
  {
    titles: ['生命游戏 🧫', 'Life, as a cellular automaton'],
    picture(seed, seconds) {
      const live = ['#ffd75e', '#7ee8fa', '#f6a6ff', '#b8f35a'][Math.floor(seed / 7) % 4]
      const colours = `death_color=#101830:life_color=${live}:mold_color=#c2264b`
      const cells = `life=s=136x240:r=${frames}:mold=10:ratio=0.25:seed=${seed + 1}:${colours}`
      return `${cells},trim=duration=${seconds},scale=360:640:flags=neighbor`
    },
  },
]

/** Four notes a second of a pentatonic scale, each dying away, over a low drone. */
export function music(seed: number): string {
  const step = 2 + (seed % 3)
  const note = `mod(floor(t*4)*${step}+${seed % 5},5)`
  const semitones = `eq(${note},1)*2+eq(${note},2)*4+eq(${note},3)*7+eq(${note},4)*9`
  const base = 220 * 2 ** ((seed % 7) / 12)
  const melody = `0.3*sin(2*PI*${base.toFixed(2)}*pow(2,(${semitones})/12)*t)*exp(-5*mod(t,0.25))`
  return `aevalsrc=exprs='${melody}+0.08*sin(2*PI*${(base / 2).toFixed(2)}*t)':s=44100`
}
