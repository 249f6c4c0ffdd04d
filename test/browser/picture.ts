import { join } from 'node:path'
import { ffmpeg } from '../../web-srv/src/media/clips.fixture.ts'

/** Draws a JPEG; returns its path. */
export async function drawPicture(folder: string): Promise<string> {
  await ffmpeg(folder, '-f', 'lavfi', '-i', 'testsrc2=s=640x480', '-frames:v', '1', 'picture.jpg')
  return join(folder, 'picture.jpg')
}
