# What the GPU images of the model services stand on: .NET's image, and NVIDIA's libraries that ONNX Runtime's CUDA 13 provider
# loads. The driver is the machine's: Kubernetes' device plugin and Docker's toolkit put it beside them.
ARG BASE_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
ARG CUDA_IMAGE=nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04

FROM ${CUDA_IMAGE} AS cuda

FROM ${BASE_IMAGE}
# By the names that are loaded: copied so, links become files, and no library is there twice.
COPY --from=cuda /usr/local/cuda/lib64/libcublas.so.13 /usr/local/cuda/lib64/libcublasLt.so.13 /usr/local/cuda/lib64/libcudart.so.13 \
    /usr/local/cuda/lib64/libcurand.so.10 /usr/lib/x86_64-linux-gnu/libcudnn*.so.9 /usr/local/cuda/lib64/
ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64:/usr/local/nvidia/lib64 NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
