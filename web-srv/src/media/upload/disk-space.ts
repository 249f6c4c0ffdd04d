import { statfsSync } from 'node:fs'
import { Failure } from '@douyin/proto'

/** The free space that uploads leave on the disk if no setting says how much: the lesser of 5 % and 1 GiB. */
const reserveRatio = 0.05
const maxReserveBytes = 1 << 30

export interface DiskSpace {
  /** Throws an UNAVAILABLE failure if the disk has no room for `bytes` more beside its reserve. */
  demand(bytes: number): void
}

/** The space for uploads on the disk of a folder. The reserve is for the rest of the server, which needs it to run. */
export function diskSpace(directory: string, reserveBytes?: number): DiskSpace {
  return {
    demand(bytes) {
      const { bavail, blocks, bsize } = statfsSync(directory)
      const reserve = reserveBytes ?? Math.min(blocks * bsize * reserveRatio, maxReserveBytes)
      if (bavail * bsize - bytes < reserve) throw new Failure('DISK_FULL')
    },
  }
}
