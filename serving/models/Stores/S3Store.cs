using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.S3.Model;

namespace ElasticSynapse.Serving.Models;

/// <summary>A folder of an S3 bucket: <c>s3://bucket/prefix</c>, on AWS or on a server that speaks its protocol.</summary>
/// <remarks>Credentials and region are the SDK's default chain (variables, profiles, roles); without any, requests are
/// anonymous. Files come through presigned addresses, so that one downloader serves all stores.</remarks>
internal sealed class S3Store : ICheckpointStore
{
    private static readonly TimeSpan SignatureLifetime = TimeSpan.FromHours(1);

    private readonly string _owner, _bucket, _folder, _service;
    private readonly StoreHttp _http;
    private readonly TimeProvider _time;
    private readonly AmazonS3Client _client;
    private readonly bool _isAnonymous;

    public S3Store(string owner, string bucket, string prefix, StoreSettings settings, StoreHttp http, TimeProvider time)
    {
        (_owner, _bucket, _http, _time) = (owner, bucket, http, time);
        _folder = prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + "/";
        // StoreHttp tries again; the SDK does once, after a clock that was wrong.
        var config = new AmazonS3Config { MaxErrorRetry = 1, Timeout = settings.Silence };
        if (settings.S3Endpoint is not { } endpoint)
        {
            config.RegionEndpoint = FallbackRegionFactory.GetRegionEndpoint() ?? RegionEndpoint.USEast1;
            _service = $"https://s3.{config.RegionEndpoint.SystemName}.amazonaws.com";
        }
        else
        {
            _service = endpoint.ToString().TrimEnd('/');
            config.ServiceURL = endpoint.ToString();
            config.ForcePathStyle = true;
            config.UseHttp = endpoint.Scheme == Uri.UriSchemeHttp;
            config.AuthenticationRegion = Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1";
        }
        _isAnonymous = !HasCredentials();
        _client = _isAnonymous ? new AmazonS3Client(new AnonymousAWSCredentials(), config) : new AmazonS3Client(config);
    }

    public bool IsArchive => false;

    public async Task<IReadOnlyList<StoredFile>> ListAsync(CancellationToken cancellation)
    {
        var files = new List<StoredFile>();
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = _folder };
        try
        {
            ListObjectsV2Response page;
            do
            {
                page = await _http.TryAsync(token => PageAsync(request, token), cancellation);
                files.AddRange((page.S3Objects ?? []).Where(o => !o.Key.EndsWith('/')).Select(File));
                request.ContinuationToken = page.NextContinuationToken;
            }
            while (page.IsTruncated == true);
            return files;
        }
        catch (AmazonServiceException e)
        {
            throw Refusal.Of(_owner, $"{(int)e.StatusCode} {e.ErrorCode} ({e.Message})", "a bucket that is there, and credentials that may list it", e);
        }
        catch (AmazonClientException e)
        {
            throw Refusal.Of(_owner, e.Message, "a store that answers", e);
        }
    }

    // A failure that may pass becomes one that is tried again.
    private async Task<ListObjectsV2Response> PageAsync(ListObjectsV2Request request, CancellationToken cancellation)
    {
        try
        {
            return await _client.ListObjectsV2Async(request, cancellation);
        }
        catch (AmazonServiceException e) when (e.StatusCode == 0 || StoreHttp.MayPass(e.StatusCode))
        {
            throw new HttpRequestException(e.StatusCode == 0 ? e.Message : $"{(int)e.StatusCode} {e.ErrorCode} ({e.Message})");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw _http.Silent();
        }
    }

    public async Task<HttpRequestMessage> RequestAsync(StoredFile file, CancellationToken cancellation)
    {
        var address = _isAnonymous ? file.Address : await SignAsync(file);
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (file.Version.Length > 0)
            request.Headers.TryAddWithoutValidation("If-Match", file.Version);
        return request;
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    private StoredFile File(S3Object item)
    {
        var path = string.Join('/', item.Key.Split('/').Select(Uri.EscapeDataString));
        var etag = item.ETag?.Trim('"') ?? "";
        // The MD5 of an object that was uploaded in one part; of several parts it has a dash.
        var checksum = etag.Length == 32 && etag.All(char.IsAsciiHexDigitLower) ? new FileChecksum(ChecksumAlgorithm.Md5, etag) : null;
        return new StoredFile(item.Key[_folder.Length..], item.Size, checksum, etag.Length == 0 ? "" : $"\"{etag}\"", new Uri($"{_service}/{_bucket}/{path}"));
    }

    private async Task<Uri> SignAsync(StoredFile file) => new(await _client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
    {
        BucketName = _bucket,
        Key = _folder + file.Path,
        Expires = (_time.GetUtcNow() + SignatureLifetime).UtcDateTime,
        Protocol = _client.Config.UseHttp ? Protocol.HTTP : Protocol.HTTPS,
    }));

    private static bool HasCredentials()
    {
        try
        {
            return DefaultAWSCredentialsIdentityResolver.GetCredentials() is not null;
        }
        catch (AmazonClientException)
        {
            return false;
        }
    }
}
