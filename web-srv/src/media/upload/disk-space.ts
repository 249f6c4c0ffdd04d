import { statfsSync } from 'node:fs'
import { diskFull } from '../store/disk.ts'

/** Free space that uploads leave on a disk where no setting says how much: the lesser of 5 % and 1 GiB. */
const share = 0.05
const mostBytes = 1 << 30

export interface DiskSpace {
  /** Throws an UNAVAILABLE failure if the disk has no room for so many bytes beside its reserve. */
  demand(bytes: number): void
}

/** The room for uploads on the disk of a folder: the rest of the server needs some of it to go on. */
export function diskSpace(directory: string, reserveBytes?: number): DiskSpace {
  return {
    demand(bytes) {
      const { bavail, blocks, bsize } = statfsSync(directory)
      const reserve = reserveBytes ?? Math.min(blocks * bsize * share, mostBytes)
      if (bavail * bsize - bytes < reserve) throw diskFull()
    },
  }
}
