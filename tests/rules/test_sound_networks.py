"""What the field builds is not warned of: pieces of well-known networks, and the few of which something is to be said.

Each piece is as its paper or its reference implementation has it, small, with the layers around it that matter.
"""

import pytest

import cnnspec
from cnnspec.language.checker import parse

CONV_NORM = """
  conv_norm:
    params: {out: null, kernel: 1, stride: 1, padding: 0, groups: 1, act: relu}
    sequential:
      - conv2d: {out_channels: out, kernel_size: kernel, stride: stride, padding: padding, groups: groups, bias: false}
      - batch_norm2d
      - activation: {function: act}
"""

NETWORKS = {
    "LeNet-5": """
input: [1, 32, 32]
layers:
  - conv2d: {out_channels: 6, kernel_size: 5}
  - tanh
  - avg_pool2d: 2
  - conv2d: {out_channels: 16, kernel_size: 5}
  - tanh
  - avg_pool2d: 2
  - conv2d: {out_channels: 120, kernel_size: 5}
  - tanh
  - flatten
  - linear: 84
  - tanh
  - linear: 10
""",
    "AlexNet": """
input: [3, 227, 227]
layers:
  - conv2d: {out_channels: 96, kernel_size: 11, stride: 4}
  - relu
  - max_pool2d: {kernel_size: 3, stride: 2}
  - conv2d: {out_channels: 256, kernel_size: 5, padding: 2, groups: 2}
  - relu
  - max_pool2d: {kernel_size: 3, stride: 2}
  - flatten
  - dropout
  - linear: 4096
  - relu
  - dropout
  - linear: 1000
""",
    "VGG with batch norm": """
input: [3, 32, 32]
layers:
  - inline:
      repeat: 2
      layers:
        - conv2d: {out_channels: 64, kernel_size: 3, padding: 1, bias: false}
        - batch_norm2d
        - relu
  - max_pool2d: 2
  - adaptive_avg_pool2d: 7
  - flatten
  - linear: 4096
  - relu
  - dropout
  - linear: 1000
""",
    "SqueezeNet's fire module and head": """
input: [96, 54, 54]
layers:
  - conv2d: {out_channels: 16, kernel_size: 1}
  - relu
  - branches:
      paths:
        - [conv2d: {out_channels: 64, kernel_size: 1}, relu]
        - [conv2d: {out_channels: 64, kernel_size: 3, padding: 1}, relu]
  - dropout
  - conv2d: {out_channels: 1000, kernel_size: 1}
  - relu
  - adaptive_avg_pool2d: 1
  - flatten
""",
    "Inception-v1's module": """
input: [192, 28, 28]
layers:
  - branches:
      paths:
        - [conv2d: {out_channels: 64, kernel_size: 1}, relu]
        - [conv2d: {out_channels: 96, kernel_size: 1}, relu, conv2d: {out_channels: 128, kernel_size: 3, padding: 1}, relu]
        - [conv2d: {out_channels: 16, kernel_size: 1}, relu, conv2d: {out_channels: 32, kernel_size: 5, padding: 2}, relu]
        - [max_pool2d: {kernel_size: 3, stride: 1, padding: 1}, conv2d: {out_channels: 32, kernel_size: 1}, relu]
""",
    "Inception-v3's reduction and factorized branches": """
input: [288, 35, 35]
blocks:CONV_NORM
layers:
  - branches:
      paths:
        - conv_norm: {out: 384, kernel: 3, stride: 2}
        - - conv_norm: 64
          - conv_norm: {out: 96, kernel: 3, padding: 1}
          - conv_norm: {out: 96, kernel: 3, stride: 2}
        - max_pool2d: {kernel_size: 3, stride: 2}
  - branches:
      paths:
        - conv_norm: 192
        - - conv_norm: 128
          - conv2d: {out_channels: 128, kernel_size: [1, 7], padding: [0, 3]}
          - conv2d: {out_channels: 192, kernel_size: [7, 1], padding: [3, 0]}
          - relu
        - - avg_pool2d: {kernel_size: 3, stride: 1, padding: 1}
          - conv_norm: 192
""",
    "ResNet's basic block": """
input: [64, 56, 56]
blocks:CONV_NORM
layers:
  - relu: {name: x}
  - conv_norm: {out: 128, kernel: 3, stride: 2, padding: 1}
  - conv_norm: {name: two, out: 128, kernel: 3, padding: 1, act: identity}
  - conv_norm: {name: shortcut, from: x, out: 128, stride: 2, act: identity}
  - add: [two, shortcut]
  - relu: {name: y}
  - conv_norm: {out: 128, kernel: 3, padding: 1}
  - conv_norm: {name: four, out: 128, kernel: 3, padding: 1, act: identity}
  - add: [four, y]
  - relu
""",
    "ResNet-D's bottleneck": """
input: [256, 56, 56]
blocks:CONV_NORM
layers:
  - relu: {name: x}
  - conv_norm: 128
  - conv_norm: {out: 128, kernel: 3, stride: 2, padding: 1}
  - conv_norm: {name: main, out: 512, act: identity}
  - avg_pool2d: {from: x, kernel_size: 2}
  - conv_norm: {name: shortcut, out: 512, act: identity}
  - add: [main, shortcut]
  - relu
""",
    "A pre-activation ResNet's block": """
input: [64, 32, 32]
layers:
  - batch_norm2d
  - relu: {name: x}
  - conv2d: {out_channels: 128, kernel_size: 3, stride: 2, padding: 1, bias: false}
  - batch_norm2d
  - relu
  - conv2d: {name: main, out_channels: 128, kernel_size: 3, padding: 1, bias: false}
  - conv2d: {name: shortcut, from: x, out_channels: 128, kernel_size: 1, stride: 2, bias: false}
  - add: [main, shortcut]
  - batch_norm2d
  - relu
  - adaptive_avg_pool2d: 1
  - flatten
  - linear: 10
""",
    "ResNeXt's block": """
input: [256, 56, 56]
blocks:CONV_NORM
layers:
  - relu: {name: x}
  - conv_norm: 128
  - conv_norm: {out: 128, kernel: 3, padding: 1, groups: 32}
  - conv_norm: {name: main, out: 256, act: identity}
  - add: [main, x]
  - relu
""",
    "A wide residual network's block": """
input: [160, 32, 32]
layers:
  - batch_norm2d
  - relu: {name: x}
  - conv2d: {out_channels: 160, kernel_size: 3, padding: 1, bias: false}
  - dropout: 0.3
  - batch_norm2d
  - relu
  - conv2d: {name: main, out_channels: 160, kernel_size: 3, padding: 1, bias: false}
  - add: [main, input]
""",
    "DenseNet's layer and transition": """
input: [64, 56, 56]
blocks:
  dense:
    layers:
      - batch_norm2d
      - relu
      - conv2d: {out_channels: 128, kernel_size: 1, bias: false}
      - batch_norm2d
      - relu
      - conv2d: {name: new, out_channels: 32, kernel_size: 3, padding: 1, bias: false}
      - dropout: {name: dropped, p: 0.2}
      - concat: [input, dropped]
layers:
  - dense: {name: block, repeat: 2}
  - batch_norm2d
  - relu
  - conv2d: {out_channels: 64, kernel_size: 1, bias: false}
  - avg_pool2d: 2
  - dense
""",
    "DenseNet's later block, whose merges read the pool": """
input: [512, 28, 28]
blocks:
  dense:
    layers:
      - batch_norm2d
      - relu
      - conv2d: {out_channels: 128, kernel_size: 1, bias: false}
      - batch_norm2d
      - relu
      - conv2d: {name: new, out_channels: 32, kernel_size: 3, padding: 1, bias: false}
      - concat: [input, new]
layers:
  - batch_norm2d
  - relu
  - conv2d: {out_channels: 256, kernel_size: 1, bias: false}
  - avg_pool2d: 2
  - dense: {name: block, repeat: 3}
  - batch_norm2d
  - relu
  - adaptive_avg_pool2d: 1
  - flatten
  - linear: 10
""",
    "MobileNetV1": """
input: [32, 112, 112]
blocks:CONV_NORM
layers:
  - conv_norm: {out: 32, kernel: 3, padding: 1, groups: 32}
  - conv_norm: 64
  - conv2d: {out_channels: 64, kernel_size: 3, stride: 2, padding: 1, groups: 64, bias: false}
  - conv2d: {out_channels: 128, kernel_size: 1, bias: false}
  - batch_norm2d
  - relu
""",
    "MobileNetV2's inverted residuals": """
input: [32, 112, 112]
blocks:
  inverted:
    params: {out: null, expand: 6, stride: 1}
    layers:
      - conv2d: {out_channels: expand * in_channels, kernel_size: 1, bias: false}
      - batch_norm2d
      - relu6: {name: wide}
      - conv2d: {out_channels: wide.channels, kernel_size: 3, stride: stride, padding: 1, groups: wide.channels, bias: false}
      - batch_norm2d
      - relu6
      - conv2d: {out_channels: out, kernel_size: 1, bias: false}
      - batch_norm2d: {name: narrow}
      - add: {from: [narrow, input], when: stride == 1 and input.channels == out}
layers:
  - relu6
  - inverted: {out: 16, expand: 1}
  - inverted: {out: 24, stride: 2}
  - inverted: {out: 24}
  - inverted: {out: 32, stride: 2}
  - inverted: {out: 64, stride: 2}
  - inverted: {out: 96}
  - inverted: {out: 160, stride: 2}
  - inverted: {out: 320}
  - conv2d: {out_channels: 1280, kernel_size: 1, bias: false}
  - batch_norm2d
  - relu6
  - adaptive_avg_pool2d: 1
  - flatten
  - dropout: 0.2
  - linear: 1000
""",
    "EfficientNet's MBConv with squeeze and excitation": """
input: [96, 56, 56]
layers:
  - conv2d: {out_channels: 96, kernel_size: 5, stride: 2, padding: 2, groups: 96, bias: false}
  - batch_norm2d
  - silu: {name: x}
  - adaptive_avg_pool2d: 1
  - conv2d: {out_channels: 4, kernel_size: 1}
  - silu
  - conv2d: {out_channels: 96, kernel_size: 1}
  - sigmoid: {name: gate}
  - multiply: [x, gate]
  - conv2d: {out_channels: 40, kernel_size: 1, bias: false}
  - batch_norm2d: {name: narrow}
  - conv2d: {out_channels: 240, kernel_size: 1, bias: false}
  - batch_norm2d
  - silu
  - conv2d: {out_channels: 40, kernel_size: 1, bias: false}
  - batch_norm2d
  - stochastic_depth: {name: dropped, p: 0.2}
  - add: [dropped, narrow]
""",
    "SE-ResNet's block with linear layers": """
input: [64, 56, 56]
layers:
  - conv2d: {out_channels: 64, kernel_size: 3, padding: 1, bias: false}
  - batch_norm2d: {name: x}
  - adaptive_avg_pool2d: 1
  - flatten
  - linear: 4
  - relu
  - linear: 64
  - sigmoid
  - unflatten: {dim: 0, sizes: [64, 1, 1], name: gate}
  - multiply: {name: gated, from: [x, gate]}
  - add: [gated, input]
  - relu
""",
    "ShuffleNetV2's units": """
input: [116, 28, 28]
blocks:CONV_NORM
layers:
  - slice: {name: left, from: input, stop: 58}
  - slice: {name: right, from: input, start: 58}
  - conv_norm: 58
  - conv_norm: {out: 58, kernel: 3, padding: 1, groups: 58, act: identity}
  - conv_norm: {name: main, out: 58}
  - concat: [left, main]
  - channel_shuffle: {name: x, groups: 2}
  - conv_norm: {from: x, out: 116, kernel: 3, stride: 2, padding: 1, groups: 116, act: identity}
  - conv_norm: {name: short, out: 116}
  - conv_norm: {from: x, out: 116}
  - conv_norm: {out: 116, kernel: 3, stride: 2, padding: 1, groups: 116, act: identity}
  - conv_norm: {name: long, out: 116}
  - concat: [short, long]
  - channel_shuffle: 2
""",
    "Xception's block": """
input: [128, 55, 55]
layers:
  - relu
  - separable_conv2d: {out_channels: 256, kernel_size: 3, padding: 1, bias: false}
  - batch_norm2d
  - relu
  - separable_conv2d: {out_channels: 256, kernel_size: 3, padding: 1, bias: false}
  - batch_norm2d
  - max_pool2d: {name: main, kernel_size: 3, stride: 2, padding: 1}
  - conv2d: {name: shortcut, from: input, out_channels: 256, kernel_size: 1, stride: 2, bias: false}
  - batch_norm2d: {name: normed}
  - add: [main, normed]
""",
    "ConvNeXt's stem, block and downsampling": """
input: [3, 224, 224]
layers:
  - conv2d: {out_channels: 96, kernel_size: 4, stride: 4}
  - layer_norm2d: {name: x}
  - conv2d: {out_channels: 96, kernel_size: 7, padding: 3, groups: 96}
  - permute: [1, 2, 0]
  - layer_norm
  - linear: 384
  - gelu
  - linear: 96
  - permute: [2, 0, 1]
  - scale: {init: 0.000_001}
  - stochastic_depth: {name: main, p: 0.1}
  - add: [main, x]
  - layer_norm2d
  - conv2d: {out_channels: 192, kernel_size: 2, stride: 2}
""",
    "ViT's patches and an MLP": """
input: [3, 224, 224]
layers:
  - conv2d: {out_channels: 768, kernel_size: 16, stride: 16}
  - flatten: {start_dim: 1}
  - permute: [1, 0]
  - layer_norm
  - linear: 3072
  - gelu
  - linear: 768
""",
    "U-Net, padded, with transposed convolutions": """
input: [1, 64, 64]
blocks:CONV_NORM
layers:
  - conv_norm: {out: 16, kernel: 3, padding: 1}
  - conv_norm: {name: one, out: 16, kernel: 3, padding: 1}
  - max_pool2d: 2
  - conv_norm: {name: two, out: 32, kernel: 3, padding: 1}
  - max_pool2d: 2
  - conv_norm: {out: 64, kernel: 3, padding: 1}
  - conv_transpose2d: {name: up2, out_channels: 32, kernel_size: 2, stride: 2}
  - concat: [two, up2]
  - conv_norm: {out: 32, kernel: 3, padding: 1}
  - conv_transpose2d: {name: up1, out_channels: 16, kernel_size: 2, stride: 2}
  - concat: [one, up1]
  - conv_norm: {out: 16, kernel: 3, padding: 1}
  - conv2d: {out_channels: 2, kernel_size: 1}
""",
    "A U-Net over a ResNet's encoder": """
input: [3, 64, 64]
blocks:CONV_NORM
layers:
  - conv_norm: {name: one, out: 16, kernel: 7, stride: 2, padding: 3}
  - max_pool2d: {kernel_size: 3, stride: 2, padding: 1}
  - conv_norm: {name: two, out: 16, kernel: 3, padding: 1}
  - conv_norm: {name: three, out: 32, kernel: 3, stride: 2, padding: 1}
  - conv_norm: {out: 64, kernel: 3, stride: 2, padding: 1}
  - upsample: {name: up3, scale_factor: 2}
  - concat: [up3, three]
  - conv_norm: {out: 32, kernel: 3, padding: 1}
  - upsample: {name: up2, scale_factor: 2}
  - concat: [up2, two]
  - conv_norm: {out: 16, kernel: 3, padding: 1}
  - upsample: {name: up1, scale_factor: 2, mode: bilinear}
  - concat: [up1, one]
  - conv_norm: {out: 16, kernel: 3, padding: 1}
  - upsample: {scale_factor: 2}
  - conv2d: {out_channels: 2, kernel_size: 3, padding: 1}
""",
    "FCN-16s": """
input: [512, 32, 32]
outputs: [score]
layers:
  - max_pool2d: {name: pool4, kernel_size: 2}
  - conv2d: {out_channels: 512, kernel_size: 3, padding: 1}
  - relu
  - max_pool2d: 2
  - conv2d: {out_channels: 4096, kernel_size: 7, padding: 3}
  - relu
  - dropout
  - conv2d: {out_channels: 21, kernel_size: 1}
  - conv_transpose2d: {name: up, out_channels: 21, kernel_size: 4, stride: 2, padding: 1, bias: false}
  - conv2d: {name: score4, from: pool4, out_channels: 21, kernel_size: 1}
  - add: [up, score4]
  - conv_transpose2d: {name: score, out_channels: 21, kernel_size: 32, stride: 16, padding: 8, bias: false}
""",
    "A feature pyramid": """
input: [3, 128, 128]
outputs: [p3, p4, p5, p6]
blocks:CONV_NORM
layers:
  - conv_norm: {out: 16, kernel: 7, stride: 2, padding: 3}
  - max_pool2d: {kernel_size: 3, stride: 2, padding: 1}
  - conv_norm: {name: c3, out: 32, kernel: 3, stride: 2, padding: 1}
  - conv_norm: {name: c4, out: 64, kernel: 3, stride: 2, padding: 1}
  - conv_norm: {name: c5, out: 128, kernel: 3, stride: 2, padding: 1}
  - conv2d: {name: in5, from: c5, out_channels: 64, kernel_size: 1}
  - conv2d: {name: in4, from: c4, out_channels: 64, kernel_size: 1}
  - conv2d: {name: in3, from: c3, out_channels: 64, kernel_size: 1}
  - upsample: {name: up5, from: in5, scale_factor: 2}
  - add: {name: m4, from: [in4, up5]}
  - upsample: {name: up4, from: m4, scale_factor: 2}
  - add: {name: m3, from: [in3, up4]}
  - conv2d: {name: p3, from: m3, out_channels: 64, kernel_size: 3, padding: 1}
  - conv2d: {name: p4, from: m4, out_channels: 64, kernel_size: 3, padding: 1}
  - conv2d: {name: p5, from: in5, out_channels: 64, kernel_size: 3, padding: 1}
  - max_pool2d: {name: p6, from: p5, kernel_size: 1, stride: 2}
""",
    "HRNet's exchange": """
input: [32, 56, 56]
outputs: [high, low]
blocks:CONV_NORM
layers:
  - conv_norm: {name: a, out: 32, kernel: 3, padding: 1}
  - conv_norm: {name: b, out: 64, kernel: 3, stride: 2, padding: 1}
  - conv_norm: {name: c, from: a, out: 32, kernel: 3, padding: 1}
  - conv_norm: {name: d, from: b, out: 64, kernel: 3, padding: 1}
  - conv2d: {from: d, out_channels: 32, kernel_size: 1, bias: false}
  - batch_norm2d
  - upsample: {name: up, scale_factor: 2}
  - add: {name: high, from: [c, up]}
  - conv2d: {from: c, out_channels: 64, kernel_size: 3, stride: 2, padding: 1, bias: false}
  - batch_norm2d: {name: down}
  - add: {name: low, from: [d, down]}
""",
    "PSPNet's pyramid pooling": """
input: [64, 60, 60]
layers:
  - relu: {name: x}
  - branches:
      paths:
        - []
        - [adaptive_avg_pool2d: 1, conv2d: {out_channels: 16, kernel_size: 1}, relu, upsample: {size: 60, mode: bilinear}]
        - [adaptive_avg_pool2d: 3, conv2d: {out_channels: 16, kernel_size: 1}, relu, upsample: {size: 60, mode: bilinear}]
        - [adaptive_avg_pool2d: 6, conv2d: {out_channels: 16, kernel_size: 1}, relu, upsample: {size: 60, mode: bilinear}]
  - conv2d: {out_channels: 21, kernel_size: 1}
""",
    "DCGAN's generator": """
input: [100, 1, 1]
layers:
  - conv_transpose2d: {out_channels: 512, kernel_size: 4, bias: false}
  - batch_norm2d
  - relu
  - conv_transpose2d: {out_channels: 256, kernel_size: 4, stride: 2, padding: 1, bias: false}
  - batch_norm2d
  - relu
  - conv_transpose2d: {out_channels: 3, kernel_size: 4, stride: 2, padding: 1, bias: false}
  - tanh
""",
    "DCGAN's discriminator": """
input: [3, 16, 16]
layers:
  - conv2d: {out_channels: 64, kernel_size: 4, stride: 2, padding: 1, bias: false}
  - leaky_relu: 0.2
  - conv2d: {out_channels: 128, kernel_size: 4, stride: 2, padding: 1, bias: false}
  - batch_norm2d
  - leaky_relu: 0.2
  - conv2d: {out_channels: 1, kernel_size: 4, bias: false}
  - sigmoid
""",
    "The DCGAN paper's generator": """
input: [1024, 4, 4]
layers:
  - conv_transpose2d: {out_channels: 512, kernel_size: 5, stride: 2, padding: 2, output_padding: 1, bias: false}
  - batch_norm2d
  - relu
""",
    "pix2pix's discriminator": """
input: [6, 256, 256]
layers:
  - conv2d: {out_channels: 64, kernel_size: 4, stride: 2, padding: 1}
  - leaky_relu: 0.2
  - conv2d: {name: last, out_channels: 1, kernel_size: 4, padding: 1}
""",
    "YOLOv5's stem, fast pyramid pooling and neck": """
input: [3, 64, 64]
blocks:CONV_NORM
layers:
  - conv_norm: {out: 16, kernel: 6, stride: 2, padding: 2, act: silu}
  - conv_norm: {name: p2, out: 32, kernel: 3, stride: 2, padding: 1, act: silu}
  - conv_norm: {name: x, out: 32, kernel: 3, stride: 2, padding: 1, act: silu}
  - max_pool2d: {name: y1, kernel_size: 5, stride: 1, padding: 2}
  - max_pool2d: {name: y2, kernel_size: 5, stride: 1, padding: 2}
  - max_pool2d: {name: y3, kernel_size: 5, stride: 1, padding: 2}
  - concat: [x, y1, y2, y3]
  - conv_norm: {out: 32, act: silu}
  - upsample: {name: up, scale_factor: 2}
  - concat: [up, p2]
  - conv_norm: {out: 32, act: silu}
  - conv2d: {out_channels: 255, kernel_size: 1}
""",
    "A temporal convolutional network's block": """
input: [25, 400]
layers:
  - relu: {name: x}
  - conv1d: {out_channels: 25, kernel_size: 2, dilation: 4, padding: [[4, 0]]}
  - relu
  - dropout
  - pad: {padding: [[8, 0]]}
  - conv1d: {out_channels: 25, kernel_size: 2, dilation: 8}
  - relu: {name: main}
  - add: [main, x]
""",
    "DARTS' factorized reduction": """
input: [16, 32, 32]
layers:
  - relu: {name: x}
  - conv2d: {name: even, out_channels: 16, kernel_size: 1, stride: 2, bias: false}
  - slice: {from: x, start: 1, dim: height}
  - slice: {start: 1, dim: width}
  - conv2d: {name: odd, out_channels: 16, kernel_size: 1, stride: 2, bias: false}
  - concat: [even, odd]
  - batch_norm2d
""",
    "EDSR's upsampler": """
input: [3, 24, 24]
layers:
  - conv2d: {name: head, out_channels: 64, kernel_size: 3, padding: 1}
  - conv2d: {out_channels: 64, kernel_size: 3, padding: 1}
  - relu
  - conv2d: {name: body, out_channels: 64, kernel_size: 3, padding: 1}
  - add: [body, head]
  - conv2d: {out_channels: 256, kernel_size: 3, padding: 1}
  - pixel_shuffle: 2
  - conv2d: {out_channels: 3, kernel_size: 3, padding: 1}
""",
    "The visual attention network's large kernel": """
input: [64, 28, 28]
layers:
  - gelu: {name: x}
  - conv2d: {out_channels: 64, kernel_size: 5, padding: 2, groups: 64}
  - conv2d: {out_channels: 64, kernel_size: 7, padding: 9, dilation: 3, groups: 64}
  - conv2d: {name: attention, out_channels: 64, kernel_size: 1}
  - multiply: [x, attention]
""",
    "An autoencoder with a linear bottleneck": """
input: [784]
layers:
  - linear: 128
  - relu
  - linear: {name: code, out_features: 8}
  - linear: 128
  - relu
  - linear: 784
  - sigmoid
""",
    "A detector with auxiliary head and two outputs": """
input: [3, 32, 32]
outputs: [boxes, classes]
layers:
  - conv2d: {name: features, out_channels: 32, kernel_size: 3, padding: 1}
  - relu: {name: seen}
  - sequential: {name: aux, training_only: true, layers: [adaptive_avg_pool2d: 1, flatten, linear: 10]}
  - conv2d: {name: boxes, from: seen, out_channels: 4, kernel_size: 1}
  - conv2d: {name: classes, from: seen, out_channels: 10, kernel_size: 1}
""",
}

TOLD = {
    # The very case that the paper on the two describes: dropout between the convolution and the next batch norm.
    "A wide residual network's block": [("dropout-before-norm", "dropout1")],
    # 5/2: the networks of which Odena et al. showed the checkerboards.
    "The DCGAN paper's generator": [("checkerboard", "conv_transpose1")],
    # 4/1 with padding 1: 128 rows become 127, each half a pixel off.
    "pix2pix's discriminator": [("even-kernel", "last")],
}


@pytest.mark.parametrize("name", NETWORKS)
def test_there_is_nothing_to_warn_of_but_what_is_known(name):
    text = NETWORKS[name].replace("CONV_NORM", CONV_NORM)
    result = cnnspec.analyze(parse(text, "net.yaml"))
    worse = [finding for finding in result.findings if finding.severity != "note"]
    assert [(finding.rule, finding.layer) for finding in worse] == TOLD.get(name, []), worse


@pytest.mark.parametrize("name", [name for name in NETWORKS if name.startswith("DenseNet")])
def test_nothing_at_all_is_said_of_what_grows_by_concatenation(name):
    found = cnnspec.analyze(parse(NETWORKS[name], "net.yaml")).findings
    assert not [finding for finding in found if finding.rule == "narrowing-channels"]


def test_only_networks_are_excused():
    assert TOLD.keys() <= NETWORKS.keys()
