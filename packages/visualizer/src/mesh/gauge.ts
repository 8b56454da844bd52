import type { FragmentLayer } from 'sigma/rendering';
import { glslOf } from './glsl.ts';

/**
 * Makes of a peer's disc a gauge: its core tells by the colour how the peer stands, the ring around it how
 * busy its machine is. Discs that are too small for that stay discs.
 */
export function layerGauge(ground: string): FragmentLayer {
  return {
    name: 'gauge',
    uniforms: [],
    attributes: [
      { name: 'gaugeLoad', size: 1, type: WebGL2RenderingContext.FLOAT, source: 'load' },
    ],
    glsl: `
vec4 layer_gauge(float v_gaugeLoad) {
  // So much of the disc is one pixel.
  if (context.pixelToUV > 0.1) return vec4(0.0);
  float far = length(context.uv) / context.shapeSize;
  float soft = context.aaWidth;
  float outside = smoothstep(0.66 - soft, 0.66 + soft, far);
  float ring = smoothstep(0.80 - soft, 0.80 + soft, far);
  float turn = atan(context.uv.x, context.uv.y) / 6.2831853;
  turn = turn < 0.0 ? turn + 1.0 : turn;
  float idle = turn + 0.001 > v_gaugeLoad ? 0.72 : 0.0;
  return vec4(${glslOf(ground)}, outside * mix(1.0, idle, ring));
}
`,
  };
}
