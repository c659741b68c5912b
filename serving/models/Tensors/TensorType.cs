namespace ElasticSynapse.Serving.Models;

/// <summary>Element types that a checkpoint may hold; <see cref="TensorTypes"/> knows their names and sizes.</summary>
internal enum TensorType
{
    Bool, U8, I8, F8E4M3, F8E5M2, F8E8M0, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64, C64,
}
