using System.Text.Json;
using ElasticSynapse.Classifier.Api.TextEmbeddings;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>POST /tokenize: all tokens of a text, also those beyond what the model takes. In Hugging Face Text Embeddings
/// Inference's form when the text comes as <c>inputs</c>.</summary>
internal sealed class TokenizeEndpoint(ServedClassifier served, ClassificationOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        var inputs = json.Element("inputs");
        if (inputs is { } ofTei)
        {
            context.UseErrorFormat(ofTei.ValueKind == JsonValueKind.Array && ofTei.GetArrayLength() == 0 ? TeiErrors.OfNothing : TeiErrors.Format);
        }
        var allowSpecial = json.Boolean("allow_special") ?? served.AllowSpecialTokens;
        var text = json.String("text");
        if (text is not null && inputs is not null)
        {
            throw ApiException.Invalid("inputs", "'text' and 'inputs' were both sent; send one of them");
        }
        if (inputs is { } given)
        {
            var withAdded = json.Boolean("add_special_tokens") ?? true;
            string[] texts = given.ValueKind == JsonValueKind.String
                ? [JsonRequest.AsString(given, "inputs")]
                : TextFields.List(given, "inputs", options.MaxTextsPerRequest);
            await JsonAnswer.WriteAsync(context, writer => WriteTokens(writer, texts, allowSpecial, withAdded));
            return;
        }
        if (text is null)
        {
            throw ApiException.Invalid("text", "'text' (a string) or 'inputs' (a string or a list of strings) is required");
        }
        var tokens = served.Tokenizer.Encode(text, int.MaxValue, allowSpecial);
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("tokens");
            foreach (var token in tokens)
            {
                writer.WriteNumberValue(token);
            }
            writer.WriteEndArray();
            writer.WriteNumber("count", tokens.Length);
            writer.WriteNumber("max_model_len", served.MaxTokens);
            writer.WriteEndObject();
        });
    }

    private void WriteTokens(Utf8JsonWriter writer, string[] texts, bool allowSpecial, bool withAdded)
    {
        writer.WriteStartArray();
        foreach (var text in texts)
        {
            var tokens = served.Tokenizer.EncodeWithOffsets(text, int.MaxValue, allowSpecial);
            var codePoints = new CodePointOffset(text);
            writer.WriteStartArray();
            for (var i = 0; i < tokens.Length; i++)
            {
                // The first and the last are the [CLS] and [SEP] that encoding adds.
                var isAdded = i == 0 || i == tokens.Length - 1;
                if (!isAdded || withAdded)
                {
                    Write(writer, tokens[i], isAdded, text, ref codePoints);
                }
            }
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    // As TEI: an added token has no place in the text; any other shows the characters it came from, counted in code points.
    private static void Write(Utf8JsonWriter writer, WordPieceToken token, bool isAdded, string text, ref CodePointOffset codePoints)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", token.Id);
        writer.WriteString("text", isAdded ? token.Text : text.AsSpan(token.Start, token.Stop - token.Start));
        writer.WriteBoolean("special", isAdded);
        if (isAdded)
        {
            writer.WriteNull("start");
            writer.WriteNull("stop");
        }
        else
        {
            writer.WriteNumber("start", codePoints.Of(token.Start));
            writer.WriteNumber("stop", codePoints.Of(token.Stop));
        }
        writer.WriteEndObject();
    }
}
